// A list whose rows the server renders: its first part anew when something has happened.

import { part } from "./api.js";
import { coalesced } from "./soon.js";
import { refresh } from "./time.js";

/**
 * A function that asks for the rows of a list again, soon. Rows have `data-key`, and `data-last`, which
 * the list is ordered by. Rows below the first part that somebody has asked for stay, unless they have
 * moved up or are not in the list any more.
 */
export function keepFresh(rows, selector, empty) {
  // As the server has said it: players and clocks change what is in the page.
  const said = new WeakMap();
  for (const row of rows.querySelectorAll(selector)) said.set(row, words(row));
  return coalesced(async () => {
    const answer = await part(rows.dataset.rows);
    const more = answer.find((element) => element.matches(".more"));
    const shown = answer.filter((element) => element !== more);
    const keys = new Set(shown.map((row) => row.dataset.key));
    const oldest = shown.at(-1)?.dataset.last ?? "";
    const focused = document.activeElement?.closest?.(selector)?.dataset.key;
    const present = new Map();
    for (const row of rows.querySelectorAll(selector)) {
      const { key, last } = row.dataset;
      if (keys.has(key)) present.set(key, row);
      else if (!more || last >= oldest) row.remove();
    }
    let place = null;
    for (const row of shown) {
      let next = present.get(row.dataset.key);
      const fresh = words(row);
      if (next && (plays(next) || (said.get(next) ?? words(next)) === fresh)) next.querySelector("time").title = row.querySelector("time").title;
      else {
        next?.remove();
        next = row;
        said.set(row, fresh);
      }
      const there = place ? place.nextElementSibling : rows.firstElementChild;
      if (there !== next) place ? place.after(next) : rows.prepend(next);
      place = next;
    }
    if (!rows.querySelector(".more") && more) rows.append(more);
    if (!more) rows.querySelector(".more")?.remove();
    empty.hidden = rows.querySelector(selector) !== null;
    if (focused && !rows.contains(document.activeElement)) {
      rows.querySelector(`[data-key="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
    }
    refresh(rows);
  });
}

// Nobody is interrupted who listens.
function plays(row) {
  return [...row.querySelectorAll("audio")].some((audio) => !audio.paused && !audio.error);
}

// How long ago it was, and how long a call lasts, changes by itself.
function words(row) {
  const copy = row.cloneNode(true);
  for (const element of copy.querySelectorAll("time, [data-since-time]")) element.textContent = "";
  return copy.outerHTML;
}
