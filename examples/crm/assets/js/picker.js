// Templates, found by what one types after a `/` at the beginning of a line.

import { Problem, request, toast } from "./api.js";

const ASKED = /(^|\n)\/([\p{L}\p{N}_-]*)$/u;

/** The picker of a composer: `context` says for whom a template is filled in. */
export function picker(form, field, context, changed) {
  const list = form.querySelector("[data-picker]");
  const button = form.querySelector("[data-templates]");
  let templates = null;
  let chosen = 0;
  let isAsked = false;

  async function load() {
    templates ??= (await request("GET", "/api/templates?limit=200")).items;
  }

  function asked() {
    return ASKED.exec(field.value.slice(0, field.selectionStart));
  }

  function matching(words) {
    const wanted = words.toLowerCase();
    return templates.filter((it) => [it.shortcut, it.name, it.body].some((text) => text?.toLowerCase().includes(wanted)));
  }

  function close() {
    list.hidden = true;
    isAsked = false;
    button.ariaExpanded = "false";
    field.removeAttribute("aria-activedescendant");
  }

  async function open(words) {
    try {
      await load();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return toast(error.message, "danger");
    }
    const found = matching(words);
    list.replaceChildren(...found.map(option));
    if (found.length === 0) {
      const none = document.createElement("li");
      none.className = "muted";
      none.textContent = "No template is like that.";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    list.hidden = false;
    button.ariaExpanded = "true";
    choose(0);
  }

  function option(template, index) {
    const element = document.createElement("li");
    element.id = `template-${index}`;
    element.setAttribute("role", "option");
    element.dataset.id = template.id;
    for (const [tag, text] of [["strong", template.name], ["span", template.shortcut ? `/${template.shortcut}` : ""], ["p", template.body]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      element.append(part);
    }
    element.addEventListener("mousedown", (event) => {
      event.preventDefault();
      insert(template.id);
    });
    return element;
  }

  function choose(index) {
    const options = [...list.querySelectorAll("[data-id]")];
    if (options.length === 0) return;
    chosen = (index + options.length) % options.length;
    options.forEach((element, at) => element.setAttribute("aria-selected", String(at === chosen)));
    options[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[chosen].id);
  }

  async function insert(id) {
    const typed = isAsked ? 0 : (asked()?.[2].length ?? -1) + 1;
    close();
    try {
      const { text } = await request("POST", `/api/templates/${id}/preview`, { body: context() });
      const end = field.selectionStart;
      field.setRangeText(text, end - typed, end, "end");
      changed();
      field.focus();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      toast(error.message, "danger");
    }
  }

  button.addEventListener("click", () => {
    if (!list.hidden) return close();
    isAsked = true;
    field.focus();
    open("");
  });
  field.addEventListener("blur", close);

  return {
    /** Looks whether a template is asked for. */
    look() {
      const words = asked();
      if (words) open(words[2]);
      else close();
    },
    /** Takes the keys that are the picker's. */
    handles(event) {
      if (list.hidden) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const option = list.querySelectorAll("[data-id]")[chosen];
      if (step) choose(chosen + step);
      else if (event.key === "Escape") close();
      else if ((event.key === "Enter" || event.key === "Tab") && option) insert(option.dataset.id);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
