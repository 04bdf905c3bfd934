// The numbers: what Twilio has set for each, and what could be taken into use.

import { Problem, part } from "./api.js";
import "./copy.js";

/** Puts a part that waits for Twilio into its place. */
async function load(place, path) {
  const note = document.createElement("p");
  note.className = "small muted";
  note.setAttribute("role", "status");
  note.textContent = "Asking Twilio…";
  place.replaceChildren(note);
  try {
    place.replaceChildren(...(await part(path)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    note.textContent = error.message;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Try again";
    button.addEventListener("click", () => load(place, path));
    place.append(button);
  }
}

const check = (place) => load(place, place.dataset.webhooks);

// One after the other: each of them makes Twilio answer several questions.
async function checkAll() {
  for (const place of document.querySelectorAll("[data-webhooks]")) await check(place);
}

document.addEventListener("click", ({ target }) => {
  const place = target.closest("[data-webhooks]");
  if (target.closest("[data-check-all]")) checkAll();
  else if (target.closest("[data-check]")) check(place);
  else if (target.closest("[data-open-fix]")) place.querySelector("[data-fix]").showModal();
  else if (target.closest("[data-close-fix]")) target.closest("dialog").close();
  const button = target.closest("[data-available]");
  if (button) load(document.querySelector("[data-available-place]"), button.dataset.available);
});

document.addEventListener("sent", ({ target }) => {
  const place = target.closest("[data-fix]")?.closest("[data-webhooks]");
  if (place) check(place);
});

checkAll();
