// Forms and buttons that send to the JSON API without a script of their own.
//
// <form data-method="PATCH" data-action="/api/lines/1">
//   Field names with dots nest: name="hours.from" is {"hours": {"from": …}}.
//   data-type on a field: number, boolean, list (one entry in each line, or several fields of one name),
//   json, words (what stands between commas). A checkbox without `value` is a boolean. An empty field is
//   null with data-empty="null", left out with data-empty="omit"; with data-empty="parent" the object
//   that it is in is null.
// <fieldset data-when="mode=menu,number"> is there only while the field `mode` says one of these.
// What follows: data-go="/contacts/{id}" goes there ({…} are fields of the answer), data-reload loads the
// page again, data-said="Saved." says so, there too. Otherwise the form sends the event "sent", with the answer as
// detail. data-once makes that a repeated request is done once. data-anonymous: 401 is an error, not a
// reason to sign in. data-confirm="Really?" asks before, data-confirm-button names the button.
// data-unsaved marks the form until it is sent: [data-unsaved-badge] inside is shown, leaving asks, and
// [data-discard] loads the page again. data-guard: what the API has at the action is compared before it
// is replaced, so that nobody's change is lost without a question.
// Errors stand at their field, the others in [data-form-error]. data-existing="/contacts/{id}" leads from
// there to what is there already, with data-existing-text for the link.
//
// <button type="button" data-method="DELETE" data-action="/api/…"> does the same without fields;
// data-body is its JSON.

import { Problem, newKey, request, toast } from "./api.js";

/** The fields of a form as the API takes them. */
export function read(form) {
  const body = {};
  const absent = [];
  for (const field of form.elements) {
    if (!field.name || field.matches(":disabled, button, fieldset")) continue;
    if (field.type === "radio" && !field.checked) continue;
    const path = field.name.split(".");
    if (field.dataset.empty === "parent" && !field.value.trim()) absent.push(path.slice(0, -1));
    const value = valueOf(field);
    if (value === undefined) continue;
    put(body, path, value, field.dataset.type === "list");
  }
  for (const path of absent) put(body, path, null, false);
  return body;
}

function valueOf(field) {
  if (field.type === "checkbox") {
    if (!field.hasAttribute("value")) return field.checked;
    return field.checked ? field.value : undefined;
  }
  if (field.multiple && field.options) return [...field.selectedOptions].map((option) => option.value);
  const text = field.value;
  if (text === "" && field.dataset.empty === "null") return null;
  if (text === "" && field.dataset.empty === "omit") return undefined;
  switch (field.dataset.type) {
    case "number": return text === "" ? null : Number(text);
    case "boolean": return text === "true";
    case "words": return text.split(",").map((word) => word.trim()).filter(Boolean);
    case "json": return JSON.parse(text || "null");
    case "list": return field.matches("textarea") ? text.split("\n").map((line) => line.trim()).filter(Boolean) : [text];
    default: return text;
  }
}

function put(body, path, value, isList) {
  const last = path.pop();
  for (const name of path) body = body[name] ??= {};
  if (isList && Array.isArray(body[last])) body[last].push(...[value].flat());
  else body[last] = isList ? [value].flat() : value;
}

/** Sends what has `data-method`, and does what is to follow. */
export async function send(element, body) {
  if (element.ariaBusy === "true") return;
  const { method, action } = element.dataset;
  const isForm = element.matches("form");
  if (element.dataset.confirm && !(await confirmed(element.dataset.confirm, element.dataset.confirmButton))) return;
  clear(element);
  busy(element, true);
  try {
    if (!(await isAsSeen(element))) return;
    if ("once" in element.dataset) element.onceKey ??= newKey();
    const answer = await request(method, action, {
      body, key: element.onceKey, anonymous: "anonymous" in element.dataset,
    });
    element.onceKey = null;
    element.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer }));
    if (isForm) saved(element);
    look(element);
    follow(element, answer);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    element.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: error }));
    show(element, error);
  } finally {
    busy(element, false);
  }
}

function follow(element, answer) {
  const { go, said } = element.dataset;
  const stays = !go && !("reload" in element.dataset);
  if (said && stays) toast(said, "good");
  // The page that comes says it.
  else if (said) sessionStorage.setItem("said", said);
  if (go) location.assign(go.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(answer?.[name] ?? "")));
  else if ("reload" in element.dataset) location.reload();
}

// What the API had when the form was shown, of forms with data-guard.
const seen = new WeakMap();

function look(form) {
  if ("guard" in form.dataset) seen.set(form, kept(form));
}

async function kept(form) {
  try {
    return JSON.stringify(await request("GET", form.dataset.action));
  } catch {
    return null;
  }
}

async function isAsSeen(form) {
  if (!seen.has(form)) return true;
  const [before, now] = await Promise.all([seen.get(form), kept(form)]);
  if (before === null || now === null || before === now) return true;
  return confirmed("Somebody has changed this since you opened the page. Replace it with yours?", "Replace it");
}

/** Shows the parts of a form that belong to what is chosen. */
export function arrange(root = document) {
  for (const part of root.querySelectorAll("fieldset[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const field = part.form?.elements[name];
    const value = field?.type === "checkbox" ? String(field.checked) : field?.value;
    const isThere = values.split(",").includes(value);
    part.hidden = !isThere;
    part.disabled = !isThere;
  }
}

function busy(element, is) {
  element.ariaBusy = is ? "true" : null;
  const buttons = element.matches("form") ? element.querySelectorAll("[type=submit]") : [element];
  for (const button of buttons) button.disabled = is;
}

/** Shows an error at the field it is about, or where the form has a place for it. */
export function show(element, problem) {
  let text = problem.message;
  if (problem.retryAfter) text += ` Try again in ${wait(problem.retryAfter)}.`;
  const field = problem.field && fieldOf(element, problem.field);
  if (field) {
    const note = document.createElement("p");
    note.className = "field-error";
    note.id = `${field.id || field.name}-error`;
    note.textContent = text;
    field.after(note);
    for (let folded = field.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", note.id);
    field.focus();
    return;
  }
  const place = element.querySelector("[data-form-error]") ?? element.closest("section, li, dialog")?.querySelector("[data-form-error]");
  if (!place) return toast(text, "danger");
  place.textContent = text;
  place.hidden = false;
  if (problem.existing && element.dataset.existing) place.append(" ", linkTo(element, problem.existing));
}

function linkTo({ dataset }, id) {
  const link = document.createElement("a");
  link.href = dataset.existing.replace("{id}", encodeURIComponent(id));
  link.textContent = dataset.existingText ?? "Open it";
  return link;
}

/** The field of this name, or the first one of what has this name. */
function fieldOf(element, name) {
  const fields = [...element.querySelectorAll("[name]:enabled:not(fieldset)")].filter((it) => it.type !== "hidden");
  return fields.find((it) => it.name === name) ?? fields.find((it) => it.name.startsWith(`${name}.`));
}

function wait(seconds) {
  if (seconds < 90) return `${seconds} second${seconds === 1 ? "" : "s"}`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

function clear(element) {
  for (const note of element.querySelectorAll(".field-error")) note.remove();
  for (const field of element.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  const place = element.querySelector("[data-form-error]");
  if (place) place.hidden = true;
}

/** Asks in a dialog of the page. */
export function confirmed(question, yes = "Yes") {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const text = document.createElement("p");
  text.textContent = question;
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "actions";
  for (const [label, value, kind] of [["Cancel", "no", ""], [yes, "yes", "danger"]]) {
    const button = document.createElement("button");
    button.className = `button ${kind}`;
    button.value = value;
    button.textContent = label;
    form.append(button);
  }
  dialog.append(text, form);
  dialog.setAttribute("aria-label", question);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

const unsaved = new Set();

/** Notes that a form was changed, for what is no typing. */
export function changed(form) {
  if (!("unsaved" in form.dataset)) return;
  unsaved.add(form);
  badge(form, true);
}

function saved(form) {
  unsaved.delete(form);
  badge(form, false);
}

function badge(form, is) {
  const element = form.querySelector("[data-unsaved-badge]");
  if (element) element.hidden = !is;
}

addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
});
// Some choose in a list without typing: only the second event has what was chosen.
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target: { form } }) => {
    if (!form) return;
    changed(form);
    arrange(form);
  });
}
document.addEventListener("reset", (event) => saved(event.target));
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.method) return;
  event.preventDefault();
  send(form, read(form));
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-method]");
  if (button) send(button, button.dataset.body ? JSON.parse(button.dataset.body) : undefined);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-discard]");
  if (!button) return;
  saved(button.form);
  location.reload();
});

const said = sessionStorage.getItem("said");
if (said) {
  sessionStorage.removeItem("said");
  toast(said, "good");
}

arrange();
for (const form of document.querySelectorAll("form[data-guard]")) look(form);
