// A menu: where an error without a field belongs.

const form = document.querySelector("[data-call-menu]");

// A circle is of several menus; it can be broken where this one leads to another.
form.addEventListener("refused", ({ detail: problem }) => {
  if (problem.field || !/circle|in a row/.test(problem.message)) return;
  const leads = [...form.querySelectorAll('[name$=".menu_id"]')].find((field) => field.matches(":enabled"));
  problem.field = leads?.name ?? null;
});
