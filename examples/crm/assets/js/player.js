// Players of recordings, wherever they are in the page and whenever they come into it: one plays at a time.

const SPEEDS = [1, 1.5, 2];

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function parts(element) {
  const player = element.closest?.("[data-player]");
  if (!player) return null;
  const find = (css) => player.querySelector(css);
  return {
    audio: find("audio"), play: find("[data-play]"), seek: find("[data-seek]"), time: find("[data-time]"),
    duration: find("[data-duration]"), speed: find("[data-speed]"), error: find("[data-player-error]"),
  };
}

function show({ audio, seek, time }) {
  const at = minutes(audio.currentTime);
  if (document.activeElement !== seek || !audio.paused) seek.value = audio.currentTime;
  time.textContent = at;
  seek.setAttribute("aria-valuetext", `${at} of ${minutes(Number(seek.max))}`);
}

async function start({ audio, error }) {
  error.hidden = true;
  // Browsers keep what has failed under its address: it is asked for anew under another one.
  if (audio.error) audio.src = `${audio.src.split("#")[0]}#${Date.now()}`;
  try {
    await audio.play();
  } catch (reason) {
    // Somebody has paused before it began.
    if (reason.name !== "AbortError") error.hidden = false;
  }
}

document.addEventListener("click", ({ target }) => {
  const player = parts(target);
  if (!player) return;
  const { audio, speed } = player;
  if (target.closest("[data-play]")) {
    if (audio.paused || audio.error) start(player);
    else audio.pause();
  } else if (target.closest("[data-again]")) {
    start(player);
    player.play.focus();
  } else if (target.closest("[data-speed]")) {
    const next = SPEEDS[(SPEEDS.indexOf(audio.defaultPlaybackRate) + 1) % SPEEDS.length];
    audio.defaultPlaybackRate = next;
    audio.playbackRate = next;
    speed.textContent = `${next}×`;
    speed.ariaLabel = `Speed ${next}×`;
  }
});

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-seek]")) return;
  const player = parts(target);
  player.audio.currentTime = Number(target.value);
  show(player);
});

// Events of sound do not bubble.
function on(type, run) {
  document.addEventListener(type, ({ target }) => {
    const player = parts(target);
    if (player && target === player.audio) run(player);
  }, true);
}

on("play", (player) => {
  for (const other of document.querySelectorAll("audio, video")) if (other !== player.audio) other.pause();
  player.play.ariaLabel = "Pause";
});
on("pause", (player) => (player.play.ariaLabel = "Play"));
on("timeupdate", show);
on("error", (player) => {
  player.error.hidden = false;
  player.play.ariaLabel = "Play";
});
on("loadedmetadata", (player) => {
  const { audio, seek, duration } = player;
  if (!Number.isFinite(audio.duration)) return;
  seek.max = Math.max(1, Math.floor(audio.duration));
  duration.textContent = minutes(audio.duration);
  show(player);
});
