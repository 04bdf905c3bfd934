// A template: its blanks, its length, and how it reads.

import { Problem, request } from "./api.js";
import { changed } from "./forms.js";
import { describe } from "./segments.js";

const form = document.querySelector("[data-template]");
const { body } = form.elements;
const counter = form.querySelector("[data-counter]");
const place = document.querySelector("[data-preview]");

function count() {
  counter.textContent = describe(body.value);
}

form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-blank]");
  if (!button) return;
  body.setRangeText(button.dataset.blank, body.selectionStart, body.selectionEnd, "end");
  body.focus();
  changed(form);
  count();
});

async function preview() {
  if (!place) return;
  const text = place.querySelector("[data-preview-text]");
  const note = place.querySelector("[data-preview-note]");
  try {
    const answer = await request("POST", place.dataset.preview, { body: {} });
    text.textContent = answer.text;
    const missing = answer.missing.join(", ");
    note.textContent = missing
      ? `Whoever sends it is asked for: ${missing}.`
      : `${answer.characters} of ${form.dataset.longest} characters.`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    note.textContent = error.message;
  }
}

body.addEventListener("input", count);
form.addEventListener("sent", preview);
count();
preview();
