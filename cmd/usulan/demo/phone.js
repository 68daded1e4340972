// The page without this works by forms. With it, what is sent does not reload
// the page, and what comes back appears by itself.
const who = document.body.dataset.as;
const told = document.querySelector("#told");
const text = document.querySelector("#text");
const compose = document.querySelector("#compose");

document.querySelector("#as").addEventListener("change", (e) => e.target.form.submit());
document.querySelector("#choose").hidden = true;

const toEnd = () => { const t = document.querySelector("#thread"); t.scrollTop = t.scrollHeight; };
toEnd();

async function refresh() {
  const answer = await fetch(`/thread?as=${encodeURIComponent(who)}`);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = document.querySelector("#thread");
  const following = old.scrollHeight - old.scrollTop - old.clientHeight < 80;
  const open = document.querySelector("#thread details[open], #chips details[open]");
  if (open?.contains(document.activeElement)) return;
  old.replaceWith(document.adoptNode(fresh.querySelector("#thread")));
  document.querySelector("#chips").replaceWith(document.adoptNode(fresh.querySelector("#chips")));
  if (following) toEnd();
}

let running = Promise.resolve();
if (who !== "new") {
  const events = new EventSource(`/events?as=${encodeURIComponent(who)}`);
  events.onmessage = () => { running = running.then(refresh, refresh); };
}

// submit sends a form and leaves the page where it is.
async function submit(form, by) {
  told.textContent = "";
  const data = new FormData(form, by);
  const sent = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.ok) return true;
    told.textContent = await answer.text();
  } catch {
    told.textContent = "Simulasi sudah berhenti. Jalankan lagi usulan demo.";
  }
  return false;
}

document.addEventListener("submit", async (e) => {
  if (e.target.method !== "post" || who === "new") return;
  e.preventDefault();
  const composing = e.target === compose;
  const owner = e.target.closest(".owner");
  if (!owner) e.submitter?.closest("details")?.removeAttribute("open");
  const done = await submit(e.target, e.submitter);
  if (done && owner) told.textContent = "Nomor tertaut.";
  if (!done || !composing) return;
  if (compose.querySelector(".about")) {
    location.replace(`/?as=${encodeURIComponent(who)}#text`);
    return;
  }
  compose.reset();
  shown();
  toEnd();
  text.focus();
});

// Enter sends, Shift+Enter begins a new line.
text.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
  e.preventDefault();
  compose.requestSubmit(compose.querySelector(".go"));
});

const file = compose.querySelector("[type=file]");
function shown() {
  const chosen = document.querySelector("#chosen");
  if (chosen) chosen.textContent = file.files[0]?.name ?? "Lampirkan";
}
file?.addEventListener("change", shown);
document.documentElement.dataset.ready = "1";
