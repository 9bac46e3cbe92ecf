// Keeps what a card shows up to date: it is read anew when something that it depends on is another.

import { changes, onAccess, onChanges } from "./admin.js";
import { onChange, state } from "./state.js";

/** After a look that took long, so many times as long is waited: a long journal must not keep the server busy. */
const REST = 4;

/**
 * Calls `load` when one of `members` of what changed is another, or the session, while the control room is looked at; or when
 * something was done here. `load` answers false when it could not read, and is called again. Answers what reads anew at once.
 */
export function follow(members, load) {
  let seen = null;
  let busy = false;
  let restUntil = 0;

  async function check() {
    const now = changes();
    if (!now || busy || state().tab !== "control" || performance.now() < restUntil) return;
    const mark = JSON.stringify([state().session, members.map((member) => now[member])]);
    if (mark === seen) return;
    seen = mark;
    busy = true;
    const began = performance.now();
    if ((await load()) === false) seen = null;
    busy = false;
    restUntil = performance.now() + REST * (performance.now() - began);
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
