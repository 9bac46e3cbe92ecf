// What the view asks the API, and what the API says: one question at a time, the last one counts.

import { ask, requestOf } from "./api.js";
import { token } from "./keys.js";
import { periodOf } from "./period.js";
import { narrowingOf, onChange, state } from "./state.js";

const asking = [];
const answered = [];
let underWay = null;
let last = null;
/** The question of the last request, with the key that asked it. */
let posed = "";
let begun = false;

/** Calls `listener(request)` when a question is sent that somebody waits for. */
export function onAsking(listener) {
  asking.push(listener);
}

/**
 * Calls `listener({request, answer, quietly})` when its answer is there; `quietly` when nobody asked for it: it shows what
 * has come in meanwhile.
 */
export function onAnswered(listener) {
  answered.push(listener);
  if (last) listener(last);
}

/** Asks what the state says, in place of whatever is under way. */
export async function refresh({ quietly = false } = {}) {
  underWay?.abort();
  const controller = new AbortController();
  underWay = controller;
  const request = requestOf(state(), periodOf(state()));
  posed = question();
  if (!quietly) asking.forEach((listener) => listener(request));
  try {
    const answer = await ask(request, controller.signal);
    // Another question has overtaken this one.
    if (underWay !== controller) return;
    underWay = null;
    last = { request, answer, quietly };
    answered.forEach((listener) => listener(last));
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    if (underWay === controller) underWay = null;
  }
}

/** Whether an answer is awaited. */
export function isAsking() {
  return underWay !== null;
}

/** Asks if what the view shows is another question than the last, or asked with another key: each request counts. */
export function renew() {
  if (begun && state().tab === "logs" && question() !== posed) refresh();
}

/** From now on, questions are asked. */
export function begin() {
  begun = true;
  renew();
}

/** A range such as `1h` is one question, although its start moves. */
function question() {
  const { page, pageSize } = state();
  return [token(), page, pageSize, narrowingOf(state())].join(" ");
}

onChange(renew);
document.addEventListener("keychosen", renew);
