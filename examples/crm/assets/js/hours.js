// Business hours: rows come and go, and one field has all of it as the API takes it.

import { changed } from "./forms.js";

const form = document.querySelector("[data-hours]");

function intervals(place) {
  return [...place.querySelectorAll("[data-interval]")].map((row) => ({
    from: row.querySelector("[data-from]").value.trim(),
    to: row.querySelector("[data-to]").value.trim(),
  }));
}

function plan() {
  if (form.elements.always.checked) return null;
  const days = [...form.querySelectorAll("[data-day]")].map((day) => [day.dataset.day, intervals(day)]);
  const holidays = [...form.querySelectorAll("[data-holiday]")].map((holiday) => ({
    name: holiday.querySelector("[data-name]").value.trim(),
    date: holiday.querySelector("[data-date]").value,
    every_year: holiday.querySelector("[data-every-year]").checked,
    hours: intervals(holiday),
  }));
  return {
    time_zone: form.querySelector("[data-zone-field]").value.trim() || null,
    week: Object.fromEntries(days),
    holidays,
  };
}

function gather() {
  form.elements.hours.value = JSON.stringify(plan());
}

function copyOf(name) {
  return document.querySelector(`template[${name}]`).content.firstElementChild.cloneNode(true);
}

function noteClosed(place) {
  place.querySelector("[data-closed]").hidden = place.querySelector("[data-interval]") !== null;
}

form.addEventListener("click", ({ target }) => {
  const row = target.closest("[data-remove]")?.closest("[data-interval]");
  const group = target.closest("[data-day], [data-holiday]");
  if (row) {
    const place = row.parentElement;
    row.remove();
    noteClosed(place);
  } else if (target.closest("[data-add-interval]")) {
    const place = group.querySelector("[data-intervals]");
    const added = copyOf("data-new-interval");
    place.querySelector("[data-closed]").before(added);
    noteClosed(place);
    added.querySelector("input").focus();
  } else if (target.closest("[data-remove-holiday]")) {
    group.remove();
  } else if (target.closest("[data-add-holiday]")) {
    const added = copyOf("data-new-holiday");
    form.querySelector("[data-holidays]").append(added);
    added.querySelector("input").focus();
  } else {
    return;
  }
  changed(form);
  gather();
});
form.addEventListener("input", gather);
gather();
