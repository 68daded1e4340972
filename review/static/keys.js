// Single keys. They are dead while somebody types, with any modifier, when they
// are switched off, and for a moment after the text has changed by itself.
const settle = 150; // milliseconds
let quietUntil = 0;

// changed says that the text on screen changed without a person's doing.
export function changed() { quietUntil = performance.now() + settle; }

const typing = (el) => el instanceof HTMLElement &&
  (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && !/^(checkbox|radio|button|submit)$/.test(el.type));

export function listen(keys) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.body.dataset.keys === "off" && event.key !== "Escape") return;
    const act = keys[event.key];
    if (!act || (event.repeat && !/^[jk\[\]]$/.test(event.key))) return;
    if (/^[0-9a-z]$/.test(event.key) && performance.now() < quietUntil) return;
    if (act(event) !== false) event.preventDefault();
  });
}
