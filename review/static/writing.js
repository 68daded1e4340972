// Marks that somebody is still writing end by themselves. The server's clock
// says when; this machine's may be wrong by hours.
const ahead = Date.now() - Date.parse(document.body.dataset.now);

export function watch() {
  setInterval(() => {
    const now = Date.now() - ahead;
    for (const mark of document.querySelectorAll("[data-until]")) {
      if (Date.parse(mark.dataset.until) <= now) mark.remove();
    }
  }, 1000);
}
