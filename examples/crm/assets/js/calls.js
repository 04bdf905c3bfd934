// The list of calls: rows change and come as phones ring.

import "./dial.js";
import "./player.js";
import "./ticking.js";
import { live } from "./live.js";
import { keepFresh } from "./rows.js";

const update = keepFresh(document.querySelector("[data-rows]"), ".call-row", document.querySelector("[data-empty]"));
live.addEventListener("notification", update);
live.addEventListener("catch-up", update);
