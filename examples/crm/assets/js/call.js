// The page of one call: what changes while it goes on.

import "./copy.js";
import "./dial.js";
import "./player.js";
import "./ticking.js";
import { part } from "./api.js";
import { live } from "./live.js";
import { coalesced } from "./soon.js";

const place = document.querySelector("[data-call]");
const id = place.dataset.call;
const sections = () => [...place.children];
// As the server has said it: players and times change what is in the page.
const said = new Map(sections().map((section) => [section.id, section.outerHTML]));

const update = coalesced(async () => {
  for (const fresh of await part(`/parts/calls/${id}`)) {
    if (said.get(fresh.id) === fresh.outerHTML) continue;
    said.set(fresh.id, fresh.outerHTML);
    document.getElementById(fresh.id)?.replaceWith(fresh);
  }
});

live.addEventListener("notification", ({ detail }) => {
  if (detail.call_id === id) update();
});
live.addEventListener("catch-up", update);
