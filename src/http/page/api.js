// The one operation, asked as any client asks it.

import { token } from "./keys.js";
import { LISTS, state } from "./state.js";

/** The base URL of the server, without a slash at its end: it may lie below a prefix, and this script is one level below that. */
export const BASE_URL = new URL("..", import.meta.url).href.replace(/\/$/, "");
export const AUDIT_LOGS = "/api/v1/audit-logs";
/** Tells the server that it is the page that asks: it is not judged, and meets the fault rules only where that is asked for. */
export function mark() {
  return { "X-Cortex-Mock-Page": state().faults === "on" ? "with-faults" : "true" };
}

/**
 * The request behind a state, for a period of `{startTime, endTime}`: `{method, url, headers, parameters}`; the URL is whole, the
 * headers are those of a client.
 */
export function requestOf(state, period) {
  const parameters = [["page", String(state.page)], ["pageSize", String(state.pageSize)]];
  for (const name of ["startTime", "endTime"]) if (period[name] !== "") parameters.push([name, period[name]]);
  for (const name of LISTS) state[name].forEach((value) => parameters.push([name, value]));
  const url = `${BASE_URL}${AUDIT_LOGS}?${new URLSearchParams(parameters)}`;
  return { method: "GET", url, headers: { Authorization: `Bearer ${token()}` }, parameters };
}

/**
 * Sends a request. The answer: `{status, reason, headers, text, json, bytes, milliseconds}`; `json` is null when the body
 * is none; `status` is 0, with `failure`, when no whole answer came. Throws only when `signal` aborts it.
 */
export async function ask(request, signal) {
  const began = performance.now();
  const since = () => performance.now() - began;
  try {
    const response = await fetch(request.url, {
      method: request.method, headers: { ...request.headers, ...mark() }, signal, cache: "no-store", credentials: "omit",
    });
    const body = await response.arrayBuffer();
    const text = new TextDecoder().decode(body);
    return {
      status: response.status, reason: response.statusText, headers: response.headers, text, json: parsed(text),
      bytes: body.byteLength, milliseconds: since(),
    };
  } catch (error) {
    if (signal?.aborted) throw error;
    const failure = "The connection ended before the response was complete: a fault broke it, or the server is gone.";
    return { status: 0, reason: "", headers: new Headers(), text: "", json: null, bytes: 0, milliseconds: since(), failure };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
