// What is to be done soon, but not for each of a hundred events.

import { Problem } from "./api.js";

const PAUSE = 120;

/** A function that runs soon, once for many calls, and never twice at a time. */
export function coalesced(run) {
  let timer = null;
  let isRunning = false;
  let last = 0;
  const soon = () => {
    timer ??= setTimeout(go, Math.max(30, last + PAUSE - Date.now()));
  };
  async function go() {
    timer = null;
    if (isRunning) return soon();
    isRunning = true;
    try {
      await run();
    } catch (error) {
      // What failed is asked for again with the next event, or when the connection is back.
      if (!(error instanceof Problem)) throw error;
    } finally {
      isRunning = false;
      last = Date.now();
    }
  }
  return soon;
}
