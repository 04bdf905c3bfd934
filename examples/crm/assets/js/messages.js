// The list of conversations: rows change and move as things happen.

import { live } from "./live.js";
import { keepFresh } from "./rows.js";

const threads = document.querySelector("[data-threads]");
const rows = threads.querySelector("[data-rows]");
const empty = threads.querySelector("[data-empty]");

const update = keepFresh(rows, ".thread", empty);
live.addEventListener("notification", update);
live.addEventListener("signal", update);
live.addEventListener("catch-up", update);

// The arrow keys go through the list, Alt+J and Alt+K to the next conversation from anywhere.
rows.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest(".thread");
  if (!step || !row) return;
  event.preventDefault();
  (step > 0 ? row.nextElementSibling : row.previousElementSibling)?.querySelector("a, button")?.focus();
});
document.addEventListener("keydown", (event) => {
  const step = { KeyJ: 1, KeyK: -1 }[event.code];
  if (!event.altKey || event.ctrlKey || event.metaKey || !step) return;
  const links = [...rows.querySelectorAll(".thread a")];
  const here = links.findIndex((link) => link.ariaCurrent);
  const next = links[here < 0 ? 0 : here + step];
  if (!next) return;
  event.preventDefault();
  location.assign(next.href);
});
threads.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.submit();
});
