// A text to a number; then its conversation.

import "./messages.js";
import { composer } from "./composer.js";

const to = document.querySelector("[data-to]");
const form = document.querySelector("[data-composer]");
if (form) {
  composer(form, {
    whom: () => ({ to: to.value }),
    sent: ({ contact_id }) => location.assign(`/messages/${contact_id}`),
  });
  to.addEventListener("keydown", (event) => {
    if (event.key === "Enter") form.elements.body.focus();
  });
}
