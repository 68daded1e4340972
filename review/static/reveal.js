// The button inside a password field that shows what was typed. Without a
// script it is not there.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  const words = { hidden: button.textContent, shown: button.dataset.hide };
  const set = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? words.shown : words.hidden;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => set(field.type === "password"));
  // A browser remembers only what it knows to be a password.
  field.form.addEventListener("submit", () => set(false));
}
