// The linking page follows the phone: what it does is seen here a moment later.
const box = document.getElementById("linking"), said = document.getElementById("linking-said");
const pause = 1200;
let until = 0; // when the code on screen is over, by our clock

function countFrom() {
  const line = box.querySelector("[data-left]");
  until = line ? Date.now() + 1000 * Number(line.dataset.left) : 0;
}

// What is the same stays as it is: a finger may be on its way to a button.
function show(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const next = fresh.content.firstElementChild, now = box.firstElementChild;
  if (!next || next.dataset.as === now.dataset.as) return;
  const held = box.contains(document.activeElement);
  now.replaceWith(next);
  if (held) document.getElementById("main").focus();
  if (next.dataset.said !== now.dataset.said) said.textContent = next.dataset.said;
  countFrom();
}

async function look() {
  if (!document.hidden) {
    const answer = await fetch(box.dataset.state).catch(() => null);
    if (answer?.redirected || answer?.status === 403) return location.reload();
    if (answer?.ok) show(await answer.text());
  }
  setTimeout(look, pause);
}

setInterval(() => {
  const line = box.querySelector("[data-left]");
  if (line) line.textContent = line.dataset.say.replace("{n}", Math.max(0, Math.round((until - Date.now()) / 1000)));
}, 1000);
countFrom();
setTimeout(look, pause);
