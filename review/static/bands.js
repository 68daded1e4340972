// Bands under the bar: they stay until what they say is no longer so.
const bands = document.getElementById("bands");

// show puts a band in place of the one of the same name, and none when html is empty.
export function show(name, html, assertive = true) {
  bands.querySelector(`[data-band="${name}"]`)?.remove();
  if (!html) return null;
  const box = document.createElement("div");
  box.dataset.band = name;
  box.innerHTML = html;
  if (!assertive) box.firstElementChild?.removeAttribute("role");
  bands.append(box);
  return box.firstElementChild;
}

// fill makes a band of a <template>, with its slots filled.
export function fill(id, slots) {
  const box = document.createElement("div");
  box.append(document.getElementById(id).content.cloneNode(true));
  for (const [name, text] of Object.entries(slots)) {
    const slot = box.querySelector(`[data-slot="${name}"]`);
    if (slot) slot.textContent = text;
  }
  return box.innerHTML;
}

// say returns a sentence of the page, with what varies put in.
export function say(name, values = {}) {
  const line = document.getElementById("say").content.querySelector(`[data-name="${name}"]`);
  return put(line ? line.textContent : "", values);
}

export function put(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => key in values ? values[key] : whole);
}
