// What every page has: the account's menu, the colours, the banner while offline.

import "./bell.js";
import "./forms.js";
import { refresh } from "./time.js";
import { Problem, part, toast } from "./api.js";
import { live } from "./live.js";

for (const menu of document.querySelectorAll("details[data-menu]")) {
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// On a phone the settings are a row that goes on beside the screen.
document.querySelector(".settings-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A cookie, so that the next page comes in these colours.
document.querySelector("[data-theme-switch]")?.addEventListener("change", ({ target }) => {
  document.documentElement.dataset.theme = target.value;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `crm-theme=${target.value}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
});

// The next part of a list comes in the place of the button that asks for it.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-more]");
  if (!button || button.disabled) return;
  button.disabled = true;
  try {
    const elements = await part(button.dataset.more);
    (button.closest(".more") ?? button).replaceWith(...elements);
    elements[0]?.querySelector("a, button")?.focus();
    refresh();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    button.disabled = false;
    toast(error.message, "danger");
  }
});

// Nothing of what somebody wrote stays behind in a browser that others use.
document.querySelector("[data-action='/api/session']")?.addEventListener("sent", () => localStorage.clear());

// A short break is nothing to speak of.
let late = null;
live.addEventListener("state", ({ detail: isOpen }) => {
  const banner = document.querySelector("[data-offline]");
  clearTimeout(late);
  if (isOpen) banner.hidden = true;
  else late = setTimeout(() => (banner.hidden = false), 1500);
  document.body.dataset.live = isOpen ? "open" : "closed";
});
