// What happens elsewhere. One stream serves all tabs of a browser: the tab that
// holds a lock reads it and passes everything on to the others. When that tab
// closes, the lock goes to another, which goes on at the last event.
import { show, fill, put } from "./bands.js";

const line = "BroadcastChannel" in window ? new BroadcastChannel("usulan-" + document.body.dataset.staff) : null;
let last = Number(document.body.dataset.last) || 0;
let lostAt = 0;
let arrived = 0;

export const online = () => !lostAt;

export function connect() {
  line?.addEventListener("message", ({ data }) => receive(data));
  if (navigator.locks && line) {
    navigator.locks.request("usulan-live-" + document.body.dataset.staff, () => new Promise(read));
    // A tab that opens during an outage must learn of it.
    line.postMessage({ type: "ask" });
  } else {
    read();
  }
  addEventListener("offline", () => pass({ type: "lost" }));
  addEventListener("online", () => again());
}

let stream;
let patience;
let retry;
const silence = 40_000; // more than two beats of the server

function read() {
  clearTimeout(retry);
  stream?.close();
  stream = new EventSource("/events?after=" + last);
  let opened = false;
  const alive = () => { clearTimeout(patience); patience = setTimeout(lost, silence); };
  const lost = () => { pass({ type: "lost" }); stream.close(); retry = setTimeout(read, 2000); };
  stream.onopen = () => { opened = true; alive(); pass({ type: "back" }); };
  // A stream that ends after it was open is begun anew without a word: the
  // server ends each after some minutes. One that cannot be opened is a loss.
  stream.onerror = () => {
    if (!opened) { lost(); return; }
    stream.close();
    retry = setTimeout(read, 300);
  };
  for (const type of ["hello", "beat", "lamps", "entries"]) {
    stream.addEventListener(type, (event) => {
      alive();
      if (event.lastEventId) last = Number(event.lastEventId);
      if (type === "lamps" || type === "entries") pass({ type, last, data: JSON.parse(event.data) });
    });
  }
  alive();
}

function again() { if (stream) read(); else line?.postMessage({ type: "again" }); }

function pass(message) {
  line?.postMessage(message);
  receive(message);
}

function receive(message) {
  if (message.last) last = Math.max(last, message.last);
  switch (message.type) {
    case "ask": if (stream && lostAt) line.postMessage({ type: "lost" }); break;
    case "again": if (stream) read(); break;
    case "lost": lose(); break;
    case "back": regain(); break;
    case "lamps": lamps(message.data.html); break;
    case "entries":
      arrived += message.data.entries.filter((e) => e.kind === "opened").length;
      dispatchEvent(new CustomEvent("usulan:entries", { detail: message.data }));
  }
}

function lamps(html) { const box = document.getElementById("lamps"); if (box) box.innerHTML = html; }

const clock = () => {
  const now = new Date();
  return String(now.getHours()).padStart(2, "0") + document.body.dataset.colon + String(now.getMinutes()).padStart(2, "0");
};

function lose() {
  if (lostAt) return;
  lostAt = Date.now();
  arrived = 0;
  document.body.classList.add("off");
  show("back", "");
  const html = fill("band-offline", {});
  const band = show("offline", html);
  const fact = band.querySelector("[data-slot=fact]");
  fact.textContent = put(fact.dataset.say, { time: clock() });
  band.querySelector("[data-again]").addEventListener("click", again);
  dispatchEvent(new CustomEvent("usulan:line"));
}

function regain() {
  if (!lostAt) return;
  lostAt = 0;
  document.body.classList.remove("off");
  show("offline", "");
  dispatchEvent(new CustomEvent("usulan:line"));
  // What was missed arrives a moment after the line does.
  setTimeout(() => {
    const band = show("back", fill("band-back", {}), false);
    const fact = band.querySelector("[data-slot=fact]"), text = band.querySelector("[data-slot=text]");
    fact.textContent = put(fact.dataset.say, { time: clock() });
    text.textContent = put(text.dataset.say, { n: arrived });
    addEventListener("keydown", () => show("back", ""), { once: true });
    addEventListener("pointerdown", () => show("back", ""), { once: true });
  }, 400);
}
