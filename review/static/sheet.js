// The sheet of keys, over the screen. Without it, /keys is a page of its own.
let dialog;

export async function openSheet() {
  if (!dialog) {
    const answer = await fetch("/keys?part=sheet").catch(() => null);
    if (!answer || !answer.ok) { location.href = "/keys"; return; }
    dialog = document.createElement("dialog");
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", "keys-title");
    dialog.innerHTML = await answer.text();
    dialog.querySelector("input[name=here]").value = location.pathname + location.search;
    document.body.append(dialog);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  dialog.showModal();
}

document.querySelector(".keys-link")?.addEventListener("click", (event) => {
  event.preventDefault();
  openSheet();
});
