// The automatic reply as it is saved: what would be sent, and why.

import { Problem, request } from "./api.js";

const place = document.querySelector("[data-now]");
const [reason, text, detail] = ["reason", "text", "detail"].map((name) => place.querySelector(`[data-${name}]`));

async function tryIt() {
  const at = document.querySelector("#at").value;
  const body = {
    from: document.querySelector("#from").value.trim() || null,
    line_id: place.dataset.line ?? null,
    at: at ? new Date(at).toISOString() : null,
  };
  try {
    const answer = await request("POST", "/api/settings/auto-reply/preview", { body });
    reason.textContent = answer.reason;
    text.textContent = answer.would_send ? answer.text ?? "" : "";
    detail.textContent = answer.detail ?? "";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    reason.textContent = error.message;
    text.textContent = detail.textContent = "";
  }
}

place.querySelector("[data-try]").addEventListener("click", tryIt);
document.querySelector("[data-auto-reply]").addEventListener("sent", tryIt);
tryIt();
