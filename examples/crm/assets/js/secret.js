// What is shown once: the link for a password, and the token of a program.

import "./copy.js";

const place = document.querySelector("[data-secret-place]");
const value = place.querySelector("[data-secret-value]");

document.addEventListener("sent", ({ target, detail }) => {
  const kind = target.dataset.secret;
  if (!kind) return;
  const isLink = kind === "link";
  // Behind the #, where no server and no log sees it.
  const token = detail.invitation?.token ?? detail.token;
  value.textContent = isLink ? `${location.origin}/welcome#${token}` : detail.secret;
  place.querySelector("[data-copy]").dataset.copy = value.textContent;
  place.querySelector("[data-secret-title]").textContent = isLink
    ? "Give this link to the person. It is shown this once, and works once."
    : "Copy this token. It is shown this once.";
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
  if (target.matches("form")) target.reset();
});
