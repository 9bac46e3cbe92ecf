// What the control plane counts behind the view: values of the filters, the timeline, the most active.

import { call, onAccess, onChanges } from "./admin.js";
import { isPaused, onPause } from "./pause.js";
import { hasJumped, periodOf } from "./period.js";
import { isAsking, onAnswered } from "./question.js";
import { LISTS, narrowingOf, onChange, state } from "./state.js";

const listeners = [];
let last = null;
let asked = 0;
let begun = false;
/** Whether what was counted no longer holds, while nobody looks at it. */
let stale = true;

/** Calls `listener(summary)`, as `/__admin/summary` answers; null where it cannot be had. */
export function onSummary(listener) {
  listeners.push(listener);
  listener(last);
}

/** What was last counted. */
export function summary() {
  return last;
}

/** From now on, entries are counted. */
export function beginCounting() {
  begun = true;
  count();
}

/** The summary of the view with the values that contain a text, more of them than else; null where it cannot be had. */
export async function valuesContaining(text) {
  const query = question();
  query.set("contains", text);
  const { ok, json } = await call("GET", "/summary", { query });
  return ok ? json : null;
}

function question() {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(periodOf(state()))) if (value !== "") query.set(name, value);
  for (const name of LISTS) state()[name].forEach((value) => query.append(name, value));
  return query;
}

async function count() {
  stale = true;
  // The entries come first: counting takes the server longer.
  if (!begun || state().tab !== "logs" || isPaused() || isAsking()) return;
  stale = false;
  asked += 1;
  const number = asked;
  const { ok, json } = await call("GET", "/summary", { query: question() });
  // A later question has overtaken this one.
  if (number !== asked) return;
  last = ok ? json : null;
  listeners.forEach((listener) => listener(last));
}

onChange((now, before) => {
  if (narrowingOf(now) !== narrowingOf(before) || (stale && now.tab === "logs")) count();
});
onChanges((now, before) => {
  if (!before) {
    if (!last) count();
  } else if (now.world !== before.world || now.entries !== before.entries || hasJumped(now, before)) count();
});
onPause(() => stale && count());
onAnswered(() => stale && count());
onAccess(count);
