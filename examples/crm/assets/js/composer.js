// Where one writes: Enter sends, Shift+Enter begins a line, `/` finds templates. What is not sent yet is
// kept in this browser until it is, or until one signs out.

import { Problem, newKey, request } from "./api.js";
import { LIMIT, describe } from "./segments.js";
import { picker } from "./picker.js";

const LARGEST = 5 * 1024 * 1024;
const MOST_FILES = 10;
const BLANK = /\{\{[^}]*\}\}/;

/**
 * Makes a form a composer. `whom` gives `{contact_id}` or `{to}`; `shown` is told of a text before it is
 * sent, and gives a function that takes that back; `sent` is told of the answer.
 */
export function composer(form, { whom, shown = () => () => {}, sent }) {
  const field = form.elements.body;
  const line = form.querySelector("[data-line]");
  const error = form.querySelector("[data-form-error]");
  const refusal = form.querySelector("[data-refusal]");
  const counter = form.querySelector("[data-counter]");
  const list = form.querySelector("[data-attachments]");
  const input = form.querySelector("[data-files]");
  const button = form.querySelector("[type=submit]");
  const draft = `draft:${form.dataset.contact ?? "new"}`;
  let files = [];
  let key = newKey();
  let queue = Promise.resolve();
  let isLeaving = false;

  const pick = picker(form, field, () => ({ contact_id: form.dataset.contact, line_id: line?.value }), changed);

  function say(text) {
    error.textContent = text;
    error.hidden = !text;
  }

  function changed() {
    key = newKey();
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
    counter.textContent = describe(field.value);
    counter.classList.toggle("is-over", field.value.length > LIMIT);
    if (field.value) localStorage.setItem(draft, field.value);
    else localStorage.removeItem(draft);
    say("");
  }

  // A line that the contact has said STOP to takes nothing.
  function refuse() {
    const reason = line ? line.selectedOptions[0]?.dataset.reason : refusal.textContent;
    refusal.textContent = reason;
    refusal.hidden = !reason;
    for (const control of [field, button]) control.disabled = Boolean(reason);
    form.querySelector("[data-attach]").disabled = Boolean(reason);
    form.querySelector("[data-templates]").disabled = Boolean(reason);
  }

  function send() {
    const body = field.value.trim();
    if (field.disabled || (!body && files.length === 0)) return;
    if (field.value.length > LIMIT) return say(`A message has ${LIMIT} characters at most.`);
    const blank = BLANK.exec(body);
    if (blank) {
      field.setSelectionRange(field.value.indexOf(blank[0]), field.value.indexOf(blank[0]) + blank[0].length);
      return say(`Fill in ${blank[0]} first.`);
    }
    const [mine, once, text] = [files, key, field.value];
    files = [];
    list.replaceChildren();
    field.value = "";
    changed();
    field.focus();
    const takeBack = shown(body);
    // One after the other, so that they arrive in the order in which they were written.
    queue = queue.then(async () => {
      try {
        const media = await Promise.all(mine.map((file) => file.upload));
        const message = { ...whom(), body, media };
        if (line) message.line_id = line.value;
        const answer = await request("POST", "/api/messages", { body: message, key: once });
        await sent(answer);
        takeBack();
      } catch (problem) {
        takeBack();
        if (!(problem instanceof Problem)) throw problem;
        if (isLeaving) return;
        field.value = field.value ? `${text}\n${field.value}` : text;
        changed();
        // The same again is the same message: it may have arrived.
        if (field.value === text) key = once;
        files = [...mine, ...files];
        list.replaceChildren(...files.map((file) => file.element));
        say(problem.message);
      }
    });
  }

  function attach(chosen) {
    for (const file of chosen) {
      if (files.length >= MOST_FILES) return say(`A message has ${MOST_FILES} files at most.`);
      if (file.size > LARGEST) {
        say(`${file.name} is larger than 5 MB.`);
        continue;
      }
      add(file);
    }
  }

  function add(file) {
    const element = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name || "Picture";
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      element.append(picture);
    }
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "link";
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", `Remove ${name.textContent}`);
    element.append(name, remove);
    const entry = { element, upload: request("POST", "/api/media", { body: file }).then((it) => it.id) };
    remove.addEventListener("click", () => {
      files = files.filter((it) => it !== entry);
      element.remove();
      key = newKey();
    });
    entry.upload.catch((problem) => {
      files = files.filter((it) => it !== entry);
      element.remove();
      say(`${name.textContent}: ${problem.message}`);
    });
    files.push(entry);
    list.append(element);
    key = newKey();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || pick.handles(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    send();
  });
  field.addEventListener("input", () => {
    changed();
    pick.look();
  });
  field.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    attach(event.clipboardData.files);
  });
  form.querySelector("[data-attach]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    attach(input.files);
    input.value = "";
    field.focus();
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    attach(event.dataTransfer.files);
  });
  line?.addEventListener("change", refuse);
  addEventListener("pagehide", () => (isLeaving = true));
  addEventListener("pageshow", () => (isLeaving = false));

  field.value = localStorage.getItem(draft) ?? "";
  const kept = field.value;
  if (kept) changed();
  refuse();
  return { field };
}
