// Signing in: the form does it, and a wrong password is typed again, not corrected.

import "./forms.js";

const form = document.querySelector("form");
const password = form.elements.password;
new MutationObserver(() => {
  if (form.querySelector("[data-form-error]").hidden) return;
  password.value = "";
  password.focus();
}).observe(form.querySelector("[data-form-error]"), { attributes: true, attributeFilter: ["hidden"] });
