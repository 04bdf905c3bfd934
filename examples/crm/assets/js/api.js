// Talks to the JSON API. The cookie goes along by itself, and the browser says which page asks.

/** What the API answers when it refuses: a sentence for people, and the field that it is about. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(sentence(status, body?.detail));
    this.status = status;
    // Many sentences begin with the field that they are about.
    this.field = body?.field ?? /^`([^`]+)`/.exec(body?.detail ?? "")?.[1] ?? null;
    this.existing = body?.existing_id ?? null;
    this.retryAfter = retryAfter;
  }
}

function sentence(status, detail) {
  if (!detail) {
    return status === 0
      ? "The server can’t be reached. Check your connection and try again."
      : `The server answered with an error (${status}).`;
  }
  const text = detail.replaceAll("`", "");
  const stop = /[.!?]$/.test(text) ? "" : ".";
  return text[0].toUpperCase() + text.slice(1) + stop;
}

// Somebody signs out here: the page leads to the sign-in page by itself, and nobody is to come back to it.
let isLeaving = false;

/** Leads to the sign-in page, and back here afterwards. */
export function signIn() {
  if (isLeaving) return;
  const here = location.pathname + location.search;
  location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

/**
 * Sends a request and gives what it answers, or throws a Problem.
 * `body` is JSON, or a Blob that is sent as it is; `key` makes that a repeated request is done once;
 * `anonymous` is for what one does without being signed in.
 */
export async function request(method, path, { body, key, anonymous = false, signal } = {}) {
  const headers = { Accept: "application/json" };
  // Whoever sends something and leaves at once has sent it. Files are too large for that.
  const keepalive = method !== "GET" && !(body instanceof Blob);
  if (body instanceof Blob) {
    headers["Content-Type"] = body.type || "application/octet-stream";
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  if (key) headers["Idempotency-Key"] = key;
  const isSignOut = method === "DELETE" && path === "/api/session";
  // The WebSocket may end before the answer is here.
  if (isSignOut) isLeaving = true;
  let response;
  try {
    response = await ask(path, { method, headers, body, signal, keepalive });
  } finally {
    if (isSignOut) isLeaving = response?.ok ?? false;
  }
  const text = await response.text();
  const json = /json/.test(response.headers.get("Content-Type") ?? "") && text ? JSON.parse(text) : null;
  if (response.ok) return json;
  if (response.status === 401 && !anonymous) signIn();
  const wait = Number(response.headers.get("Retry-After")) || null;
  throw new Problem(response.status, json, wait);
}

/** A part of a page, rendered by the server: an array of its elements. */
export async function part(path, { signal } = {}) {
  const response = await ask(path, { headers: { Accept: "text/html" }, signal });
  if (response.status === 401) signIn();
  if (!response.ok) throw new Problem(response.status, null, null);
  const template = document.createElement("template");
  // Only our own server's templates come this way, and they escape what people write.
  template.innerHTML = await response.text();
  return [...template.content.children];
}

async function ask(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, null, null);
  }
}

/** A text that nobody has had before, for what is to be done once. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Says something at the edge of the page for a while. */
export function toast(text, kind = "info") {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const element = document.createElement("p");
  element.className = `toast ${kind}`;
  element.textContent = text;
  place.append(element);
  setTimeout(() => element.remove(), 6000);
}
