// Keeps what a card shows up to date: it is read anew when something that it depends on is another.

import { changes, onAccess, onChanges } from "./admin.js";
import { onChange, state } from "./state.js";

/** After a look that took long, so many times as long is waited: a long journal must not keep the server busy. */
const REST = 4;
/** After a look that failed, in milliseconds. */
const RETRY = 1000;

/**
 * Calls `load` when one of `members` of what changed is another, or the session, while the control panel is shown, and in it the
 * panel of this name; or when something was done here. `load` answers false when it could not read, and is called again. Returns
 * what reads anew at once.
 */
export function follow(members, load, panel = null) {
  let seen = null;
  let busy = false;
  let restUntil = 0;
  const isShown = () => state().tab === "control" && (panel === null || state().panel === panel);

  async function check() {
    const now = changes();
    if (!now || busy || !isShown() || performance.now() < restUntil) return;
    const mark = JSON.stringify([state().session, members.map((member) => now[member])]);
    if (mark === seen) return;
    seen = mark;
    busy = true;
    const began = performance.now();
    const isRead = (await load()) !== false;
    if (!isRead) seen = null;
    busy = false;
    const rest = isRead ? REST * (performance.now() - began) : RETRY;
    restUntil = performance.now() + rest;
    // What came meanwhile: nothing tells it a second time.
    setTimeout(check, rest + 1);
  }

  function anew() {
    seen = null;
    restUntil = 0;
    return check();
  }

  onChanges(check);
  onChange(check);
  onAccess(() => (seen = null));
  document.addEventListener("acted", anew);
  return anew;
}
