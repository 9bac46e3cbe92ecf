// What the control plane counts behind the view: values of the filters, the time line, the most active.

import { call, onAccess, onChanges } from "./admin.js";
import { LISTS, onChange, state } from "./state.js";

const listeners = [];
let last = null;
let asked = 0;

/** Calls `listener(summary)`, as `/__admin/summary` answers; null where it cannot be had. */
export function onSummary(listener) {
  listeners.push(listener);
  listener(last);
}

function question(of) {
  const query = new URLSearchParams();
  for (const name of ["startTime", "endTime"]) if (of[name] !== "") query.set(name, of[name]);
  for (const name of LISTS) of[name].forEach((value) => query.append(name, value));
  return query;
}

async function count() {
  asked += 1;
  const number = asked;
  const { ok, json } = await call("GET", "/summary", { query: question(state()) });
  // A later question has overtaken this one.
  if (number !== asked) return;
  last = ok ? json : null;
  listeners.forEach((listener) => listener(last));
}

onChange((now, before) => {
  const of = (state) => `${question(state)} ${state.session}`;
  if (of(now) !== of(before)) count();
});
onChanges((now, before) => {
  if (!before || now.world !== before.world || now.entries !== before.entries) count();
});
onAccess(count);
