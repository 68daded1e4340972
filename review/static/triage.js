// The triage screen: keys, optimistic decisions, the trail, undo.
import * as rows from "./rows.js";
import * as reader from "./reader.js";
import { show as band, fill, say, put } from "./bands.js";
import { changed } from "./keys.js";
import { online } from "./live.js";

const decide = document.getElementById("decide");
const reasons = document.getElementById("reasons");
const choose = document.getElementById("choose");
const list = document.getElementById("list");
const said = document.getElementById("said");
const heading = choose?.dataset.choose;
const patience = 15_000; // milliseconds that a save may take

let desk;
let saving = Promise.resolve(); // decisions are saved one after another
const mine = new Set(); // proposals whose next change is our own

export function triage(element, keys) {
  desk = element;
  live();
  if (!reader.first()) return;
  bind(keys);
  decide.addEventListener("submit", (event) => { event.preventDefault(); take(event.submitter); });
  reasons.addEventListener("submit", (event) => { event.preventDefault(); take(event.submitter); });
  decide.querySelector(".b7").addEventListener("click", (event) => { event.preventDefault(); turn(true); });
  document.getElementById("dock").addEventListener("submit", (event) => {
    if (event.target.matches(".last")) { event.preventDefault(); undo(); }
    if (event.target.matches(".wording")) { event.preventDefault(); official(); }
    if (event.target.matches("#hiding")) { event.preventDefault(); advice(); }
  });
  desk.addEventListener("click", follow);
  desk.addEventListener("submit", (event) => {
    if (!event.target.matches(".absent form")) return;
    event.preventDefault();
    event.submitter.disabled = true; // what becomes of it is told by the stream
    post(event.target.action, new URLSearchParams()).then((answer) => { event.submitter.disabled = answer.ok; }, () => { event.submitter.disabled = false; });
  });
  ahead();
  reader.below();
}

function bind(keys) {
  for (const button of decide.querySelectorAll("[data-key]")) {
    if (button.dataset.key !== "7") keys[button.dataset.key] = () => take(button);
  }
  keys["7"] = () => turn(reasons.hidden);
  keys.e = advice; // before the reasons, one of which has this letter too
  for (const button of reasons.querySelectorAll("[data-letter]")) {
    const key = button.dataset.letter, other = keys[key];
    keys[key] = () => reasons.hidden ? (other ? other() : false) : take(button);
  }
  Object.assign(keys, {
    j: () => step(1), k: () => step(-1), "]": () => step(1), "[": () => step(-1),
    z: undo, t: official, o: () => flip(".original"), s: split, q: () => flip(":is(.fold, .answers)", true),
    "+": () => size(1), "=": () => size(1), "-": () => size(-1), ".": copy,
    u: toList, Escape: () => reasons.hidden ? toList() : turn(false),
    " ": (event) => {
      if (event.target.closest("a, button, input, summary, audio, video")) return false;
      if (!reader.onward()) step(1);
    },
  });
}

// follow opens proposals of the list in place.
function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a");
  if (!link) return;
  if (link.dataset.rows) { event.preventDefault(); rows.further(); return; }
  if (link.dataset.step) { event.preventDefault(); step(Number(link.dataset.step)); return; }
  if (link.matches(".to-list")) { event.preventDefault(); toList(); return; }
  if (link.matches(".cancel")) { event.preventDefault(); turn(false); return; }
  const row = link.closest(".row");
  if (row) { event.preventDefault(); go(row); }
}

async function step(by) {
  const row = await rows.beside(reader.shown.ref, by);
  if (row) await go(row);
}

// go puts the proposal of a row on the paper.
async function go(row) {
  list.classList.remove("open");
  if (location.hash === "#list") history.replaceState(null, "", location.pathname + location.search);
  const ref = row.dataset.ref, href = rows.hrefOf(row);
  let item;
  try {
    item = await reader.load(ref, href);
  } catch {
    location.assign(href); // the page itself says what is wrong
    return;
  }
  turn(false);
  band("decision", "");
  reader.show(item);
  rows.open(ref);
  said.textContent = item.say || "";
  ahead();
}

function ahead() {
  for (const row of rows.ahead(reader.shown.ref, 2)) reader.load(row.dataset.ref, rows.hrefOf(row)).catch(() => {});
}

// turn shows the reasons in place of the six, or the six again.
function turn(aside) {
  if (reasons.hidden === !aside) return;
  reasons.hidden = !aside;
  decide.hidden = aside;
  document.querySelector(".cancel").hidden = !aside;
  document.querySelector(".wording").hidden = aside;
  choose.textContent = aside ? reasons.dataset.title : heading;
  if (aside) { reasons.elements.text.value = ""; reasons.focus(); }
}

// take is a decision: the next proposal is on screen at once, the saving follows.
async function take(button) {
  if (button.disabled || !online()) return;
  const item = reader.shown, row = rows.rowOf(item.ref);
  const body = new URLSearchParams({ version: item.version, [button.name]: button.value });
  const hidden = document.documentElement.classList.contains("unadvised");
  body.set("suggested", hidden ? "-" : document.getElementById("advised").dataset.first);
  if (button.name === "reason") body.set("text", reasons.elements.text.value);
  const what = { item, body, button, short: button.dataset.short, was: row?.classList.contains("done"), action: (button.form || decide).action };
  what.mark = markOf(button);

  mine.add(item.ref);
  reader.forget(item.ref);
  rows.stamp(item.ref, what.mark.cloneNode(true));
  if (desk.dataset.state === "waiting" && !what.was) rows.count(Math.max(0, rows.counted() - 1));
  pending(what);
  const next = await rows.undecided(item.ref);
  if (next) await go(next);
  const words = say("decided", { short: what.short, who: item.who });
  said.textContent = next ? words + " " + (reader.shown.say || "") : words;
  saving = saving.then(() => save(what)).then((ok) => {
    if (ok && !next) location.assign(desk.dataset.view); // the calm page of an empty queue
  });
}

function markOf(button) {
  const mark = button.querySelector(".mark");
  if (mark) {
    const copy = mark.cloneNode(true);
    copy.classList.replace("mark-l", "mark-s");
    return copy;
  }
  const cap = document.createElement("span");
  cap.className = "cap";
  cap.textContent = button.dataset.key || "7";
  return cap;
}

// pending shows a decision in the trail before it is saved.
function pending(what) {
  const last = document.querySelector("#trail .last");
  if (!last) return;
  const mark = what.mark.cloneNode(true);
  mark.classList.replace("mark-s", "mark-m");
  last.firstElementChild.replaceWith(mark);
  last.querySelector(".what").replaceChildren(Object.assign(document.createElement("b"), { textContent: what.short }), " " + say("for", { who: what.item.who }));
  const meta = last.querySelector(".meta");
  meta.querySelector("a").textContent = what.item.ref;
  meta.querySelector("[data-slot=saved]").textContent = say("saving");
}

const post = (url, body) => fetch(url, {
  method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout ? AbortSignal.timeout(patience) : undefined,
});

// save sends one decision. Whatever goes wrong brings the proposal back.
async function save(what) {
  let answer, data;
  try {
    answer = await post(what.action, what.body);
    data = await answer.json();
  } catch {
    return failed(what, "");
  }
  if (answer.ok) { settle(data); return true; }
  if (answer.status === 401) { location.assign("/sign-in?next=" + encodeURIComponent(what.item.href)); return false; }
  if (answer.status === 409) {
    await back(what);
    band("decision", data.band);
    return false;
  }
  return failed(what, data.title + ". " + data.message);
}

// settle puts what the server says in place of what was assumed.
function settle(data) {
  document.getElementById("trail").outerHTML = data.trail;
  rows.replace(data.ref, data.row);
  if (!desk.hasAttribute("data-narrow")) rows.count(data.waiting);
  setTimeout(() => mine.delete(data.ref), 2000);
}

async function failed(what, why) {
  await back(what);
  const html = fill("band-failed", {});
  const box = band("decision", html);
  const fact = box.querySelector("[data-slot=fact]");
  fact.textContent = put(fact.dataset.say, { short: what.short, who: what.item.who });
  if (why) box.querySelector("[data-slot=why]").textContent = why;
  const again = box.querySelector("[data-again]");
  again.addEventListener("click", () => take(what.button));
  what.button.classList.add("meant");
  const trail = document.querySelector("#trail [data-slot=saved]");
  if (trail) trail.textContent = say("unsaved");
  return false;
}

// back returns to a proposal whose decision was not taken.
async function back(what) {
  mine.delete(what.item.ref);
  if (!what.was) {
    rows.unstamp(what.item.ref);
    if (desk.dataset.state === "waiting") rows.count(rows.counted() + 1);
  }
  changed();
  reader.forget(what.item.ref);
  try {
    reader.show(await reader.load(what.item.ref, what.item.href));
  } catch {
    reader.show(what.item);
  }
  rows.open(what.item.ref);
}

// undo takes the latest decision back, and its proposal comes on screen again.
function undo() {
  if (!online() || !document.querySelector("#trail .last")) return;
  saving = saving.then(async () => {
    let answer, data;
    try {
      answer = await post("/undo" + desk.dataset.view.slice(desk.dataset.view.indexOf("?")), new URLSearchParams());
      data = await answer.json();
    } catch {
      band("decision", fill("band-lost", { why: say("silent") }));
      return;
    }
    if (answer.status === 401) { location.assign("/sign-in?next=" + encodeURIComponent(location.pathname + location.search)); return; }
    if (answer.status === 409) { band("decision", data.band); return; }
    if (!answer.ok) { band("decision", fill("band-lost", { fact: data.title + ".", why: data.message })); return; }
    mine.add(data.ref);
    reader.forget(data.ref);
    settle(data);
    const item = await reader.load(data.ref, data.href).catch(() => null);
    if (!item) { location.assign(data.href); return; }
    turn(false);
    band("decision", "");
    reader.show(item);
    rows.open(data.ref);
    said.textContent = data.say;
    ahead();
  });
}

function toList() {
  if (matchMedia("(max-width: 1240px)").matches) {
    list.classList.toggle("open");
    if (!list.classList.contains("open")) return;
  }
  (list.querySelector("[aria-current]") || list.querySelector(".row a"))?.focus();
}

function flip(what, every = false) {
  const all = [...document.querySelectorAll("#paper " + what)];
  if (!all.length) return false;
  const open = !all[0].open;
  for (const one of every ? all : all.slice(0, 1)) one.open = open;
}

// split opens the choosing of messages that belong elsewhere, or closes it.
function split() {
  if (flip(".splitting") === false) return false;
  const first = document.querySelector("#paper .splitting[open]") && document.querySelector("#paper .pick input");
  if (first) { first.focus(); first.scrollIntoView({ block: "nearest" }); }
}

const remember = (name, value) => fetch("/preferences", {
  method: "POST", body: new URLSearchParams({ [name]: value }), headers: { Accept: "application/json" },
}).catch(() => {});

function official() {
  const on = document.documentElement.classList.toggle("official");
  document.querySelector(".wording button").value = on ? "0" : "1";
  remember("official", on ? "1" : "0");
}

// advice hides the suggestions, or shows them again.
function advice() {
  const hidden = document.documentElement.classList.toggle("unadvised");
  document.querySelector(".advised button").value = hidden ? "0" : "1";
  remember("unadvised", hidden ? "1" : "0");
}

function size(by) {
  const sizes = ["16", "17", "19", "22"], root = document.documentElement;
  const now = sizes.findIndex((s) => root.classList.contains("size-" + s));
  const next = sizes[Math.max(0, Math.min(sizes.length - 1, (now < 0 ? 1 : now) + by))];
  root.classList.remove(...sizes.map((s) => "size-" + s));
  root.classList.add("size-" + next);
  remember("size", next);
  reader.below();
}

function copy() {
  navigator.clipboard?.writeText(reader.shown.ref).then(() => { said.textContent = say("copied", { ref: reader.shown.ref }); }).catch(() => {});
}

// changedHere shows what happened to the proposal on the paper. What only adds
// to a conversation is put there; of anything else, and of what would come out
// of sight, a band says so.
async function changedHere(kinds) {
  let name = "band-changed", href = reader.shown.href;
  if (kinds.every((kind) => kind === "joined" || kind.startsWith("media_")) && document.querySelector("#paper .chat")) {
    try {
      const hidden = (await reader.freshen()).find((message) => !reader.seen(message));
      if (!hidden) return;
      [name, href] = ["band-joined", "#" + hidden.id];
    } catch { /* then the band asks to look */ }
  }
  const box = band("decision", fill(name, {}), false);
  box.querySelector("[data-look]").href = href;
}

// live shows what colleagues and participants do meanwhile.
function live() {
  addEventListener("usulan:entries", ({ detail }) => {
    if (!document.getElementById("decide")) {
      if (detail.counts[desk.dataset.state] > 0 || detail.entries.some((e) => e.kind === "opened")) location.assign(desk.dataset.view);
      return;
    }
    if (!desk.hasAttribute("data-narrow") && desk.dataset.state in detail.counts) rows.count(detail.counts[desk.dataset.state]);
    const others = new Map(); // reference to the kinds of what happened to it
    for (const { ref, kind } of detail.entries) {
      if (ref && kind !== "opened" && !mine.has(ref)) others.set(ref, [...(others.get(ref) || []), kind]);
    }
    for (const [ref, kinds] of others) {
      reader.forget(ref);
      rows.refresh(ref);
      if (ref === reader.shown?.ref) changedHere(kinds);
    }
    const n = detail.entries.filter((e) => e.kind === "opened").length;
    if (n || detail.skipped) rows.arrivals(n);
  });
  addEventListener("usulan:line", () => {
    if (!choose) return;
    choose.textContent = online() ? heading : choose.dataset.off;
  });
}
