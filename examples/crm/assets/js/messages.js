// The list of conversations: rows change and move as things happen.

import { part } from "./api.js";
import { live } from "./live.js";
import { coalesced } from "./soon.js";
import { refresh } from "./time.js";

const threads = document.querySelector("[data-threads]");
const rows = threads.querySelector("[data-rows]");
const empty = threads.querySelector("[data-empty]");

// The first part of the list anew. Rows below it that somebody has asked for stay, unless they have moved
// up or are not in the list any more.
const update = coalesced(async () => {
  const fresh = await part(rows.dataset.rows);
  const more = fresh.find((element) => element.matches(".more"));
  const shown = fresh.filter((element) => element !== more);
  const keys = new Set(shown.map((row) => row.dataset.key));
  const oldest = shown.at(-1)?.dataset.last ?? "";
  const focused = document.activeElement?.closest?.(".thread")?.dataset.key;
  const present = new Map();
  for (const row of rows.querySelectorAll(".thread")) {
    const { key, last } = row.dataset;
    if (keys.has(key)) present.set(key, row);
    else if (!more || last >= oldest) row.remove();
  }
  let place = null;
  for (const row of shown) {
    let next = present.get(row.dataset.key);
    if (next && same(next, row)) next.querySelector("time").title = row.querySelector("time").title;
    else {
      next?.remove();
      next = row;
    }
    const there = place ? place.nextElementSibling : rows.firstElementChild;
    if (there !== next) place ? place.after(next) : rows.prepend(next);
    place = next;
  }
  if (!rows.querySelector(".more") && more) rows.append(more);
  if (!more) rows.querySelector(".more")?.remove();
  empty.hidden = rows.querySelector(".thread") !== null;
  if (focused) rows.querySelector(`[data-key="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
  refresh(rows);
});

// The words for how long ago it was change by themselves.
function same(one, other) {
  const text = (row) => {
    const copy = row.cloneNode(true);
    copy.querySelector("time").textContent = "";
    return copy.outerHTML;
  };
  return text(one) === text(other);
}

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
