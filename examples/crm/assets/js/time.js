// Keeps relative times true while the page is open, by the same rule as pages/time.rs.

const zone = document.body.dataset.zone || "UTC";
const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
const DAY = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const CLOCK = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const WEEKDAY = format({ weekday: "short" });
const DATE = format({ day: "numeric", month: "short" });
const YEAR = format({ day: "numeric", month: "short", year: "numeric" });

// The number of a calendar day in the reader's zone.
function day(date) {
  const [d, m, y] = DAY.format(date).split("/").map(Number);
  return Date.UTC(y, m - 1, d) / 86_400_000;
}

function short(date, now) {
  const days = day(now) - day(date);
  const minutes = Math.floor((now - date) / 60_000);
  if (days <= 0 && minutes < 1) return "now";
  if (days <= 0 && minutes < 60) return `${minutes} min`;
  if (days <= 0) return CLOCK.format(date);
  if (days === 1) return "Yesterday";
  if (days < 7) return WEEKDAY.format(date);
  const sameYear = DAY.format(date).slice(6) === DAY.format(now).slice(6);
  return (sameYear ? DATE : YEAR).format(date);
}

/** Writes the relative times inside of an element anew. */
export function refresh(root = document) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const text = short(new Date(element.dateTime), now);
    if (element.textContent !== text) element.textContent = text;
  }
}

setInterval(refresh, 20_000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
