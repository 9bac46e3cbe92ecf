// Whether the view stands still while entries arrive, because its reader wants it so.

const listeners = [];
let paused = false;

export function isPaused() {
  return paused;
}

export function pause(yes) {
  paused = yes;
  listeners.forEach((listener) => listener());
}

/** Calls `listener()` after each change. */
export function onPause(listener) {
  listeners.push(listener);
}
