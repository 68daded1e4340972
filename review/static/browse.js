// Lists outside the triage screen: j and k move along the rows, and what arrives
// meanwhile is told at the foot, or put there when the list ends on screen.
export function browse(keys) {
  const rows = document.getElementById("rows");
  if (!rows) return;
  const links = () => [...rows.querySelectorAll("a[href]:not([data-rows])")].filter((a) => a.closest("[data-ref]"));
  const step = (by) => {
    const all = links(), at = all.indexOf(document.activeElement);
    all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  };
  keys.j = () => step(1);
  keys.k = () => step(-1);

  const fresh = document.getElementById("fresh");
  let n = 0;
  addEventListener("usulan:entries", ({ detail }) => {
    n += detail.entries.filter((e) => e.kind === "opened").length;
    for (const cell of document.querySelectorAll("[data-count]")) {
      if (cell.dataset.count in detail.counts) cell.textContent = detail.counts[cell.dataset.count].toLocaleString(document.documentElement.lang);
    }
    if (n && fresh) {
      fresh.textContent = fresh.dataset.say.replace("{n}", n);
      fresh.hidden = false;
    }
  });
}
