// Buttons that copy a text: data-copy is the text, data-copied what is said then.

import { toast } from "./api.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(button.dataset.copied, "good");
  } catch {
    // Browsers may refuse, and have no clipboard for pages without TLS.
    toast("Your browser does not let this page copy.", "danger");
  }
});
