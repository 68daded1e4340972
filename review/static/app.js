// The entry of every page for staff.
import { listen } from "./keys.js";
import { connect } from "./live.js";
import { openSheet } from "./sheet.js";
import { watch } from "./writing.js";

const find = document.getElementById("find");
const keys = {
  "/": () => { const field = document.querySelector(".bar input[type=search]") || find; field.focus(); field.select(); },
  "?": openSheet,
};

const desk = document.querySelector(".desk");
if (desk) {
  const { triage } = await import("./triage.js");
  triage(desk, keys);
} else {
  const { browse } = await import("./browse.js");
  browse(keys);
}
listen(keys);
connect();
watch();

// A menu closes when one clicks elsewhere or presses Escape.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }
}, true);

// What is folded on screen is open on paper.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open]):not(.menu):not(.original):not(.preview):not(.withdrawn):not(.originals):not(.splitting)")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

document.documentElement.dataset.ready = "1";
