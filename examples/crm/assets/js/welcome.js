// The token of a link moves from the address into the form, and out of the history.

import "./forms.js";

const form = document.querySelector("[data-welcome]");

function take() {
  const token = location.hash.slice(1);
  if (!token) return;
  form.elements.token.value = token;
  form.querySelector("[data-token-field]").hidden = true;
  history.replaceState(null, "", location.pathname);
  form.elements.password.focus();
}

form.addEventListener("refused", ({ detail: problem }) => {
  if (problem.status !== 404) return;
  problem.message = "This link is used up or too old. An administrator of your company can send you a new one.";
});
addEventListener("hashchange", take);
take();
