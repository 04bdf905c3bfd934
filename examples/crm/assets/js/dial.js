// Calls somebody: one's own phone rings first.

import { Problem, newKey, request, toast } from "./api.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-dial]");
  if (!button || button.disabled) return;
  button.disabled = true;
  // If the answer is lost, the next click asks for the same call.
  button.dialKey ??= newKey();
  try {
    await request("POST", "/api/calls", { body: { contact_id: button.dataset.dial }, key: button.dialKey });
    button.dialKey = null;
    toast("Your phone rings. Press 1 to be connected.", "good");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status !== 0) button.dialKey = null;
    toast(error.message, "danger");
  } finally {
    button.disabled = false;
  }
});
