// What happens, as it happens: one WebSocket for the page. Modules listen to `live`:
//
//   "notification"  something happened; detail is the notification
//   "signal"        this person did something in another tab; detail is the frame
//   "catch-up"      the connection is back, and signals may have been lost: look again
//   "state"         detail is true while the connection is open
//
// Notifications are numbered, so after a break the server sends what was missed, each once.

import { request, signIn } from "./api.js";

const SIGNED_OUT = 4401;
const LONGEST_PAUSE = 30_000;

export const live = new EventTarget();

let since = Number(document.body.dataset.since ?? 0);
let socket = null;
let pause = 500;
let timer = null;
let wasOpen = false;

function tell(type, detail) {
  live.dispatchEvent(new CustomEvent(type, { detail }));
}

function connect() {
  clearTimeout(timer);
  const url = new URL(`/api/live?since=${since}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const mine = new WebSocket(url);
  socket = mine;
  mine.addEventListener("open", () => {
    pause = 500;
    tell("state", true);
    if (wasOpen) tell("catch-up");
    wasOpen = true;
  });
  mine.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
  mine.addEventListener("close", ({ code }) => {
    if (mine !== socket) return;
    socket = null;
    if (code === SIGNED_OUT) return void ask();
    tell("state", false);
    again();
  });
}

function hear(frame) {
  if (frame.seq === undefined) return tell("signal", frame);
  if (frame.seq <= since) return;
  since = frame.seq;
  tell("notification", frame);
}

// Growing pauses with some chance in them, so that not all come back at once.
function again() {
  clearTimeout(timer);
  timer = setTimeout(check, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

// A refused WebSocket doesn't say why: whether one is still signed in, the API tells.
async function check() {
  try {
    await request("GET", "/api/session");
    connect();
  } catch (error) {
    if (error.status !== 401) again();
  }
}

// A session that ended may also be one whose role has changed.
async function ask() {
  try {
    await request("GET", "/api/session", { anonymous: true });
    location.reload();
  } catch (error) {
    if (error.status === 401) signIn();
    else again();
  }
}

addEventListener("online", () => socket === null && check());
addEventListener("offline", () => socket?.close());
addEventListener("pagehide", () => {
  const mine = socket;
  socket = null;
  mine?.close();
});
addEventListener("pageshow", (event) => event.persisted && connect());

connect();
