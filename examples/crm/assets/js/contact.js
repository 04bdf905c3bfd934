// The page of a contact: what is said appears, and erasing takes a typed name.

import "./copy.js";
import "./dial.js";
import { live } from "./live.js";
import { keepFresh } from "./rows.js";

const page = document.querySelector("[data-contact]");
const group = new Set(page.dataset.group.split(" "));

const words = (text) => text.trim().replace(/\s+/g, " ");

const update = keepFresh(page.querySelector("[data-rows]"), ".event", page.querySelector("[data-nothing]"));
live.addEventListener("notification", ({ detail }) => group.has(detail.contact_id) && update());
live.addEventListener("catch-up", update);

page.addEventListener("click", ({ target }) => {
  const opens = target.closest("[data-opens]");
  if (opens) document.getElementById(opens.dataset.opens).showModal();
  if (target.closest("[data-closes]")) target.closest("dialog").close();
});
page.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-typed]")) return;
  target.form.querySelector("[type=submit]").disabled = words(target.value) !== words(target.dataset.typed);
});
