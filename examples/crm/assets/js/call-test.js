// What somebody who called a number now would hear, as the rules are saved.

import { Problem, part } from "./api.js";

const form = document.querySelector("[data-call-test]");
const place = document.querySelector("[data-call-steps]");

async function test() {
  const query = new URLSearchParams({ from: form.elements.from.value.trim() });
  try {
    place.replaceChildren(...(await part(`${form.dataset.callTest}?${query}`)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    place.textContent = error.message;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  test();
});
document.addEventListener("sent", test);
test();
