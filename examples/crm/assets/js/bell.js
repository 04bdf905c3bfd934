// The bell: how much is unread, what it is, and a sound for whoever looks elsewhere.

import { Problem, part, request, toast } from "./api.js";
import { live } from "./live.js";
import { coalesced } from "./soon.js";
import { refresh } from "./time.js";

const WINDOW = 2500;
const TITLE = document.title;

const bell = document.querySelector("[data-bell]");
const button = bell.querySelector("[data-bell-button]");
const panel = bell.querySelector("[data-bell-panel]");
const items = bell.querySelector("[data-bell-items]");
const sound = bell.querySelector("[data-sound]");
let onlyUnread = false;

const pill = (count) => (count >= 100 ? "99+" : String(count));

// What the server counts, never what this tab believes.
const count = coalesced(async () => {
  const { notifications, threads, voicemails } = await request("GET", "/api/me/unread");
  const badge = bell.querySelector("[data-bell-count]");
  badge.textContent = pill(notifications);
  badge.hidden = notifications === 0;
  bell.querySelector("[data-bell-label]").textContent = `Notifications, ${pill(notifications)} unread`;
  for (const [kind, unread] of Object.entries({ threads, voicemails })) {
    for (const element of document.querySelectorAll(`[data-unread-${kind}]`)) {
      element.querySelector("[data-count]").textContent = pill(unread);
      element.hidden = unread === 0;
    }
  }
  document.title = threads ? `(${pill(threads)}) ${TITLE}` : TITLE;
  if (!panel.hidden) await list();
});

async function list() {
  const fresh = await part(`/parts/bell?unread=${onlyUnread}`);
  const focused = items.contains(document.activeElement) ? document.activeElement.dataset.notices : null;
  items.replaceChildren(...fresh);
  if (focused) items.querySelector(`[data-notices="${CSS.escape(focused)}"]`)?.focus();
  refresh(items);
}

async function open() {
  panel.hidden = false;
  button.ariaExpanded = "true";
  try {
    await list();
    panel.querySelector("[data-notices], [data-bell-tab]")?.focus();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message, "danger");
  }
}

function close(takesFocus) {
  if (panel.hidden) return;
  panel.hidden = true;
  button.ariaExpanded = "false";
  if (takesFocus) button.focus();
}

async function read(body) {
  try {
    await request("PUT", "/api/me/notifications/read", { body });
    count();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message, "danger");
  }
}

button.addEventListener("click", () => (panel.hidden ? open() : close(true)));
bell.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
document.addEventListener("click", (event) => bell.contains(event.target) || close(false));
panel.addEventListener("click", async (event) => {
  const tab = event.target.closest("[data-bell-tab]");
  if (tab) {
    onlyUnread = tab.dataset.bellTab === "true";
    for (const other of panel.querySelectorAll("[data-bell-tab]")) other.ariaPressed = String(other === tab);
    return void list();
  }
  if (event.target.closest("[data-bell-read]")) {
    const newest = items.querySelector("[data-newest]")?.dataset.newest;
    return void (newest && read({ up_to: Number(newest) }));
  }
  const item = event.target.closest("[data-notices]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await read({ ids: item.dataset.notices.split(" ") });
  close(false);
  location.assign(item.href);
});

// One announcement and one sound for what happens at about the same time.
let happened = 0;
let timer = null;
const LOUD = new Set(["sms_received", "missed_call", "voicemail_received", "delivery_failed", "setup_problem"]);

live.addEventListener("notification", ({ detail }) => {
  count();
  if (!LOUD.has(detail.type)) return;
  happened += 1;
  if (timer !== null) return;
  if (document.hidden) play();
  timer = setTimeout(() => {
    const text = happened === 1 ? "Something new has happened." : `${happened} new things have happened.`;
    document.querySelector("[data-announcements]").textContent = text;
    happened = 0;
    timer = null;
  }, WINDOW);
});
live.addEventListener("signal", count);
live.addEventListener("catch-up", count);

// Browsers let a page make a sound after somebody has clicked in it.
let audio = null;
sound.checked = localStorage.getItem("sound") !== "off";
sound.addEventListener("change", () => localStorage.setItem("sound", sound.checked ? "on" : "off"));
document.addEventListener("pointerdown", () => (audio ??= new AudioContext()), { once: true });

function play() {
  if (!sound.checked || !audio) return;
  // Of several tabs one is enough.
  if (!navigator.locks) return ring();
  navigator.locks.request("sound", { ifAvailable: true }, (lock) => {
    if (!lock) return null;
    ring();
    // Not as long as the window: the next one has its own sound.
    return new Promise((resolve) => setTimeout(resolve, WINDOW / 2));
  });
}

function ring() {
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.12, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

document.title = document.querySelector("[data-unread-threads]")?.hidden === false
  ? `(${document.querySelector("[data-unread-threads] [data-count]").textContent}) ${TITLE}`
  : TITLE;
