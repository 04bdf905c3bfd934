// A conversation: what happens in it appears, what is older comes as one scrolls, and what is on the
// screen is read. Never more than some 160 entries are in the page.

import "./copy.js";
import "./messages.js";
import { part, request, toast } from "./api.js";
import { composer } from "./composer.js";
import { live } from "./live.js";
import { coalesced } from "./soon.js";

const MOST = 160;
const KEPT = 110;
const TAIL = 20;
const NEAR = 600;

const pane = document.querySelector("[data-conversation]");
const contact = pane.dataset.conversation;
const group = new Set(pane.dataset.group.split(" "));
const log = pane.querySelector("[data-log]");
const list = pane.querySelector("[data-entries]");
const newest = pane.querySelector("[data-newest]");
const path = `/parts/messages/${contact}/entries`;

let readUpTo = pane.dataset.read;
let unseen = 0;
let isLoading = false;
let { older, newer } = edge([...list.children]);

function edge(elements) {
  const element = elements.find((it) => "edge" in it.dataset);
  element?.remove();
  return { older: element?.dataset.older || null, newer: element?.dataset.newer || null };
}

async function fetchPart(query) {
  const elements = await part(path + query);
  const ends = edge(elements);
  return { ...ends, elements: elements.filter((it) => !("edge" in it.dataset)) };
}

const entries = () => [...list.querySelectorAll(".entry[data-key]")];
const find = (key) => list.querySelector(`[data-key="${CSS.escape(key)}"]`);
const isAtEnd = () => newer === null && log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

// Scrolling: the next part, on either side.
async function loadOlder() {
  const { elements, older: next } = await fetchPart(`?before=${older}`);
  const before = log.scrollHeight - log.scrollTop;
  // The day that goes on above begins there now.
  const days = new Set(elements.filter((it) => it.matches(".day")).map((it) => it.dataset.key));
  for (const day of list.querySelectorAll(".day")) if (days.has(day.dataset.key)) day.remove();
  list.prepend(...elements);
  older = next;
  log.scrollTop = log.scrollHeight - before;
  if (entries().length <= MOST) return;
  while (entries().length > KEPT) list.lastElementChild.remove();
  newer = entries().at(-1).dataset.key;
}

async function loadNewer() {
  const { elements, newer: next } = await fetchPart(`?after=${newer}`);
  list.append(...elements.filter((it) => !find(it.dataset.key)));
  newer = next;
  if (entries().length <= MOST) return;
  const before = log.scrollHeight - log.scrollTop;
  while (entries().length > KEPT) list.firstElementChild.remove();
  older = entries()[0].dataset.key;
  log.scrollTop = log.scrollHeight - before;
}

async function fill() {
  if (isLoading) return;
  isLoading = true;
  try {
    if (older && log.scrollTop < NEAR) await loadOlder();
    else if (newer && log.scrollHeight - log.scrollTop - log.clientHeight < NEAR) await loadNewer();
  } catch (error) {
    toast(error.message, "danger");
  } finally {
    isLoading = false;
  }
}

// What has changed at the end: the last entries anew, and those that stayed the same stay.
const refreshTail = coalesced(async () => {
  if (newer !== null) return offerNewest();
  const all = entries();
  const anchor = all.length > TAIL ? all.at(-TAIL - 1) : older ? all[0] : null;
  const stays = isAtEnd();
  const { elements } = await fetchPart(anchor ? `?after=${anchor.dataset.key}` : "");
  if (anchor && !anchor.isConnected) return;
  const added = merge(elements, anchor);
  pane.querySelector(".log > .empty")?.remove();
  if (stays) toEnd();
  else unseen += added;
  offerNewest();
  markRead();
});

function merge(elements, anchor) {
  const present = new Map();
  const line = list.querySelector(".unread-line");
  const belowLine = line?.nextElementSibling?.dataset.key;
  line?.remove();
  for (let it = anchor ? anchor.nextElementSibling : list.firstElementChild; it; it = it.nextElementSibling) {
    if (it.dataset.key) present.set(it.dataset.key, it);
  }
  const keys = new Set(elements.map((it) => it.dataset.key));
  for (const [key, it] of present) if (!keys.has(key)) it.remove();
  let [place, added, isFirst] = [anchor, 0, true];
  for (const fresh of elements) {
    const { key } = fresh.dataset;
    let it = present.get(key);
    const isEntry = fresh.matches(".entry");
    if (!isEntry && !it && find(key)) continue;
    // Nobody has said what stands above the first one.
    if (isEntry && isFirst && it) fresh.classList.toggle("follows", it.classList.contains("follows"));
    if (isEntry) isFirst = false;
    if (!it && fresh.matches(".theirs")) added += 1;
    if (it && it.outerHTML !== fresh.outerHTML) {
      it.replaceWith(fresh);
      it = fresh;
    }
    it ??= fresh;
    const there = place ? place.nextElementSibling : list.firstElementChild;
    if (there !== it) place ? place.after(it) : list.prepend(it);
    place = it;
  }
  if (line && belowLine) find(belowLine)?.before(line);
  return added;
}

// An entry further up has changed, such as its status.
async function refreshOne(key) {
  if (!find(key)) return;
  const { elements } = await fetchPart(`?around=${key}&only=true`);
  const [fresh, there] = [elements.find((it) => it.dataset.key === key), find(key)];
  if (!fresh || !there) return;
  fresh.classList.toggle("follows", there.classList.contains("follows"));
  if (fresh.outerHTML !== there.outerHTML) there.replaceWith(fresh);
}

function offerNewest() {
  if (isAtEnd()) unseen = 0;
  newest.hidden = isAtEnd();
  newest.querySelector("[data-count]").textContent = unseen ? `${unseen} new` : "Newest";
}

newest.addEventListener("click", async () => {
  if (newer !== null) {
    const page = await fetchPart("");
    list.replaceChildren(...page.elements);
    ({ older, newer } = page);
  }
  toEnd();
  offerNewest();
});

// Read is what somebody can see: the tab is in front, and its end is on the screen.
const markRead = coalesced(async () => {
  const last = entries().at(-1)?.dataset.key;
  if (!last || last <= readUpTo || document.hidden || !document.hasFocus() || !isAtEnd()) return;
  await request("PUT", `/api/threads/${contact}/read`, { body: { up_to: last } });
  readUpTo = last;
});

live.addEventListener("notification", ({ detail }) => {
  if (!group.has(detail.contact_id)) return;
  const key = detail.sms_id ?? detail.call_id;
  if (key && entries().findIndex((it) => it.dataset.key === key) < entries().length - TAIL) refreshOne(key);
  refreshTail();
});
live.addEventListener("catch-up", refreshTail);
pane.addEventListener("sent", ({ target }) => "changes" in target.dataset && refreshTail());
log.addEventListener("scroll", () => {
  fill();
  offerNewest();
  markRead();
}, { passive: true });
addEventListener("focus", markRead);
document.addEventListener("visibilitychange", markRead);
// Only one plays at a time.
list.addEventListener("play", ({ target }) => {
  for (const player of list.querySelectorAll("audio, video")) if (player !== target) player.pause();
}, true);
const form = pane.querySelector("[data-composer]");
if (form) {
  composer(form, {
    whom: () => ({ contact_id: contact }),
    shown(text) {
      const element = pane.querySelector("[data-sending]").content.firstElementChild.cloneNode(true);
      element.querySelector(".body").textContent = text;
      list.append(element);
      toEnd();
      return () => element.remove();
    },
    async sent({ id }) {
      readUpTo = id > readUpTo ? id : readUpTo;
      const { elements } = await fetchPart(`?around=${id}&only=true`);
      const fresh = elements.filter((it) => !find(it.dataset.key));
      const sending = list.querySelector(".is-sending");
      sending ? sending.before(...fresh) : list.append(...fresh);
      refreshTail();
    },
  });
  if (matchMedia("(pointer: fine)").matches) form.elements.body.focus({ preventScroll: true });
}

const at = pane.dataset.at && find(pane.dataset.at);
if (at) {
  at.classList.add("is-found");
  at.scrollIntoView({ block: "center" });
} else {
  toEnd();
  const line = list.querySelector(".unread-line");
  if (line && line.offsetTop < log.scrollTop) line.scrollIntoView({ block: "start" });
}
// Pictures that come later make it longer: whoever is at the end stays there.
let wasAtEnd = isAtEnd();
log.addEventListener("scroll", () => (wasAtEnd = isAtEnd()), { passive: true });
new ResizeObserver(() => wasAtEnd && toEnd()).observe(list);
offerNewest();
fill();
markRead();
