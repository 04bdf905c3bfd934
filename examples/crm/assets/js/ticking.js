// How long a call lasts that goes on.

function tick() {
  for (const element of document.querySelectorAll("[data-since-time]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(element.dataset.sinceTime)) / 1000));
    element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

setInterval(tick, 1000);
tick();
