// The paper: fetches proposals ahead, and puts them on screen without a trip.
const paper = document.getElementById("paper");
const facts = document.getElementById("facts");
const forms = [document.getElementById("decide"), document.getElementById("reasons")];
const keep = 12; // proposals held ready; the oldest go first

const ready = new Map(); // ref -> promise of an item

// shown is the item on the paper.
export let shown = null;

// first makes an item of what the server has put on the paper already.
export function first() {
  const form = forms[0];
  if (!form) return null;
  const copy = (from) => { const box = document.createElement("div"); box.append(...from.cloneNode(true).childNodes); return box; };
  shown = {
    ref: form.dataset.ref, version: form.elements.version.value, who: form.dataset.who,
    href: form.getAttribute("action").replace("/decision", ""), title: document.title,
    chosen: form.querySelector(".chosen")?.value || "", paper: copy(paper), facts: copy(facts), advice: document.createElement("div"),
  };
  shown.advice.append(...[...forms[0].querySelectorAll(".advice, #advised")].map((one) => one.cloneNode(true)));
  if (location.pathname === "/triage") history.replaceState(null, "", shown.href);
  return shown;
}

// load fetches a proposal, once.
export function load(ref, href) {
  let item = ready.get(ref);
  if (item) return item;
  item = fetch(href + (href.includes("?") ? "&" : "?") + "part=reading", { headers: { Accept: "text/html" } })
    .then(async (answer) => {
      if (!answer.ok || answer.redirected) throw new Error("status " + answer.status);
      return parse(await answer.text());
    });
  item.catch(() => ready.delete(ref));
  ready.set(ref, item);
  while (ready.size > keep) ready.delete(ready.keys().next().value);
  return item;
}

// forget drops what was fetched of a proposal that has changed since.
export function forget(ref) { ready.delete(ref); }

function parse(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const root = box.content.firstElementChild;
  return { ...root.dataset, paper: root.querySelector("[data-part=paper]"), facts: root.querySelector("[data-part=facts]"), advice: root.querySelector("[data-part=advice]") };
}

// advise puts what is suggested for an item onto the buttons.
function advise(item) {
  for (const old of forms[0].querySelectorAll(".advice")) old.remove();
  for (const one of item.advice.querySelectorAll(".advice")) {
    const at = one.dataset.for === "none" ? forms[0].querySelector(".b7") : [...forms[0].elements].find((e) => e.name === "priority" && e.value === one.dataset.for);
    at?.append(one.cloneNode(true));
  }
  const line = document.getElementById("advised"), now = item.advice.querySelector("#advised");
  line.replaceChildren(...now.cloneNode(true).childNodes);
  line.dataset.first = now.dataset.first;
}

// show puts an item on the paper, at its top.
export function show(item) {
  shown = item;
  paper.replaceChildren(...item.paper.cloneNode(true).childNodes);
  facts.replaceChildren(...item.facts.cloneNode(true).childNodes);
  paper.scrollTop = 0;
  if (getComputedStyle(paper).overflowY === "visible") scrollTo(0, 0);
  advise(item);
  const query = item.href.slice(item.href.indexOf("?"));
  for (const form of forms) {
    form.action = "/proposals/" + encodeURIComponent(item.ref) + "/decision" + query;
    form.elements.version.value = item.version;
  }
  forms[0].dataset.ref = item.ref;
  forms[0].dataset.who = item.who;
  for (const button of forms[0].querySelectorAll("button[name=priority]")) {
    const chosen = button.value === item.chosen;
    button.classList.toggle("chosen", chosen);
    if (chosen) button.setAttribute("aria-pressed", "true"); else button.removeAttribute("aria-pressed");
  }
  for (const meant of document.querySelectorAll(".choice.meant")) meant.classList.remove("meant");
  for (const slot of document.querySelectorAll("[data-slot=ref]")) slot.textContent = item.ref;
  document.title = item.title;
  history.replaceState(null, "", item.href);
  paper.querySelector("h1")?.focus({ preventScroll: true });
  below();
}

// freshen puts what has come or changed meanwhile onto the paper that is being
// read, and leaves the rest as it lies: a voice note plays on, a fold stays open.
// It returns the messages that were not there before.
export async function freshen() {
  const was = shown;
  forget(was.ref);
  const item = await load(was.ref, was.href);
  if (shown !== was) return [];
  const column = paper.querySelector(".chat"), added = [];
  for (const now of item.paper.querySelectorAll(".message")) {
    const here = document.getElementById(now.id), before = was.paper.querySelector("#" + now.id);
    if (!here) {
      column.append(now.cloneNode(true));
      added.push(column.lastElementChild);
    } else if (!before || before.outerHTML !== now.outerHTML) {
      here.replaceWith(now.cloneNode(true));
    }
  }
  for (const part of [".paper-head", ".paper-foot"]) {
    paper.querySelector(part).replaceWith(item.paper.querySelector(part).cloneNode(true));
  }
  facts.replaceChildren(...item.facts.cloneNode(true).childNodes);
  advise(item);
  shown = item;
  for (const form of forms) form.elements.version.value = item.version;
  below();
  return added;
}

// seen tells whether all of an element is on screen.
export function seen(element) {
  const at = element.getBoundingClientRect(), frame = paper.getBoundingClientRect();
  return at.top >= Math.max(0, frame.top) && at.bottom <= Math.min(innerHeight, frame.bottom);
}

// below says at the foot of the paper that there is more of it.
export function below() {
  const more = paper.scrollHeight - paper.scrollTop - paper.clientHeight > 48;
  let foot = paper.querySelector(".below");
  if (more && !foot) {
    foot = document.getElementById("more-below").content.firstElementChild.cloneNode(true);
    paper.append(foot);
  } else if (foot) {
    foot.hidden = !more;
  }
}

// onward scrolls the paper by a screen; false when its end was in sight.
export function onward() {
  if (paper.scrollHeight - paper.scrollTop - paper.clientHeight < 4) return false;
  paper.scrollBy({ top: paper.clientHeight * 0.85 });
  return true;
}

paper?.addEventListener("scroll", below, { passive: true });
addEventListener("resize", below);
