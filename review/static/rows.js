// The list beside the paper: which row is open, what follows it, and what
// arrives. Nothing here moves a row that is on screen.
import { say } from "./bands.js";

const rows = document.getElementById("rows");
const fresh = document.getElementById("fresh");
const waiting = document.getElementById("waiting");
const view = document.querySelector(".desk").dataset.view;
const query = view.slice(view.indexOf("?"));

export const rowOf = (ref) => rows.querySelector(`[data-ref="${CSS.escape(ref)}"]`);
const all = () => [...rows.querySelectorAll(".row")];
export const hrefOf = (row) => row.querySelector("a").getAttribute("href");

// open marks the row of the proposal on the paper.
export function open(ref) {
  rows.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const row = rowOf(ref);
  if (!row) return;
  row.querySelector("a").setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
}

// beside is the row that many steps from a proposal's.
export async function beside(ref, by) {
  const list = all(), at = list.indexOf(rowOf(ref));
  const row = list[at < 0 ? 0 : at + by];
  if (row || by < 0) return row;
  return await further() ? beside(ref, by) : undefined;
}

// undecided is the next row after a proposal's that waits for a decision, from
// the top again when none follows.
export async function undecided(ref) {
  const list = all(), at = list.indexOf(rowOf(ref));
  const waits = (row) => !row.classList.contains("done") && row.dataset.ref !== ref;
  const next = list.slice(at + 1).find(waits);
  if (next) return next;
  if (await further()) return undecided(ref);
  return list.find(waits);
}

// ahead lists the rows to fetch before they are asked for.
export function ahead(ref, n) {
  const list = all(), at = list.indexOf(rowOf(ref));
  return list.slice(at + 1).filter((row) => !row.classList.contains("done")).slice(0, n);
}

// further appends the next page of the list.
let fetching;
export function further() {
  const link = rows.querySelector("[data-rows]");
  if (!link) return Promise.resolve(false);
  fetching ||= get(link.dataset.rows).then((html) => {
    link.closest(".more").remove();
    append(html);
    return true;
  }).catch(() => false).finally(() => { fetching = null; });
  return fetching;
}

const get = (url) => fetch(url, { headers: { Accept: "text/html" } }).then((answer) => {
  if (!answer.ok || answer.redirected) throw new Error("status " + answer.status);
  return answer.text();
});

function parse(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return [...box.content.children];
}

function append(html) {
  let added = 0;
  for (const row of parse(html)) {
    if (row.dataset.ref && rowOf(row.dataset.ref)) continue;
    rows.append(row);
    added++;
  }
  return added;
}

// arrivals appends what has come in, when the list ends on screen; otherwise
// only the foot says how many wait further down.
let chain = Promise.resolve();
let unseen = 0;
export function arrivals(n) {
  chain = chain.then(async () => {
    if (rows.querySelector("[data-rows]")) { tell(n); return; }
    const last = all().filter((row) => !row.classList.contains("done")).at(-1) || all().at(-1);
    const html = await get(`/proposals/${last ? encodeURIComponent(last.dataset.ref) : "-"}/after${query}`);
    const added = append(html);
    const end = rows.lastElementChild;
    if (added && end && end.getBoundingClientRect().bottom > rows.getBoundingClientRect().bottom) tell(added);
  }).catch(() => {});
  return chain;
}

function tell(n) {
  unseen += n;
  if (!unseen) return;
  fresh.textContent = say("fresh", { n: unseen });
  fresh.hidden = false;
}

fresh?.addEventListener("click", async () => {
  await further();
  unseen = 0;
  fresh.hidden = true;
  rows.scrollTop = rows.scrollHeight;
});
rows?.addEventListener("scroll", () => {
  if (rows.scrollHeight - rows.scrollTop - rows.clientHeight < 8) { unseen = 0; fresh.hidden = true; }
}, { passive: true });

// count shows how many wait.
export function count(n) {
  const text = n.toLocaleString(document.documentElement.lang);
  for (const pill of document.querySelectorAll(".count")) pill.textContent = text;
}
export const counted = () => Number((waiting?.textContent || "0").replace(/\D/g, ""));

// stamp marks a row as decided, before the server has said so.
export function stamp(ref, mark) {
  const row = rowOf(ref);
  if (!row) return;
  row.classList.add("done");
  const signs = row.querySelector(".signs");
  signs.querySelector(".mark, .cap")?.remove();
  if (mark) {
    mark.classList.add("landed");
    signs.append(mark);
  }
}

// unstamp takes that back.
export function unstamp(ref) {
  const row = rowOf(ref);
  if (!row) return;
  row.classList.remove("done");
  row.querySelector(".signs").querySelector(".mark, .cap")?.remove();
}

// replace puts a row as the server has it in place of the one on screen.
export function replace(ref, html) {
  const old = rowOf(ref), [row] = parse(html);
  if (!old || !row) return;
  if (old.querySelector("[aria-current]")) row.querySelector("a").setAttribute("aria-current", "true");
  old.replaceWith(row);
}

// refresh fetches a row that somebody else has changed.
export function refresh(ref) {
  if (rowOf(ref)) get(`/proposals/${encodeURIComponent(ref)}${query}&part=row`).then((html) => replace(ref, html)).catch(() => {});
}
