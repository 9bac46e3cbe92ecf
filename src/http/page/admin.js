// The control plane: what it is asked, whether it may be asked, and what changes behind it.

import { BASE_URL } from "./api.js";
import { state } from "./state.js";

const KEPT = "cortex-audit-mock control token";
const mode = document.documentElement.dataset.control;

/** Whether the control plane can be used: `open`, `locked` (a token is needed), `off` (`--no-admin`) or `refused`. */
let access = mode === "off" ? "off" : mode === "token" && !sessionStorage.getItem(KEPT) ? "locked" : "open";
/** Why the control plane refuses this page, in the words of the server. */
let reason = "";

export function controlAccess() {
  return access;
}

export function refusal() {
  return reason;
}

/** Calls `listener` with how the control plane can be used, whenever that is another. */
export function onAccess(listener) {
  document.addEventListener("access", () => listener(access));
}

function becomes(next) {
  if (access === next) return;
  access = next;
  document.dispatchEvent(new Event("access"));
}

/** Uses a token for the control plane; it stays in this tab. */
export function unlock(token) {
  sessionStorage.setItem(KEPT, token);
  access = "locked";
  becomes("open");
}

/** URL and headers of a call; `everywhere` when it is about no single session. */
function requestOf(path, { query, accept, everywhere }) {
  const parameters = new URLSearchParams(query);
  if (state().session !== "" && !everywhere) parameters.set("session", state().session);
  const headers = { Accept: accept };
  if (sessionStorage.getItem(KEPT)) headers.Authorization = `Bearer ${sessionStorage.getItem(KEPT)}`;
  const search = parameters.size > 0 ? `?${parameters}` : "";
  return { url: `${BASE_URL}/__admin${path}${search}`, options: { headers, cache: "no-store", credentials: "omit" } };
}

/** Draws the conclusion from a response for `access`. */
function judge(status, details) {
  if (status === 401) {
    sessionStorage.removeItem(KEPT);
    becomes("locked");
  } else if (status === 403) {
    reason = details;
    becomes("refused");
  } else if (access === "refused") {
    becomes("open");
  }
}

/**
 * Calls the control plane about the chosen session: `call("PUT", "/clock", {body: {now}, query: {limit: 5}})`. Answers
 * `{ok, status, json, details}`, details being what went wrong, in words.
 */
export async function call(method, path, { body, query, accept = "application/json", everywhere = false } = {}) {
  if (access === "off" || access === "locked") return { ok: false, status: 0, json: null, text: "", details: "The control plane is not open." };
  const { url, options } = requestOf(path, { query, accept, everywhere });
  let response, text;
  try {
    response = await fetch(url, { ...options, method, body: body === undefined || typeof body === "string" ? body : JSON.stringify(body) });
    text = await response.text();
  } catch {
    return { ok: false, status: 0, json: null, text: "", details: "Server not reachable." };
  }
  const json = parsed(text);
  judge(response.status, json?.details ?? response.statusText);
  return { ok: response.ok, status: response.status, json, text, details: json?.details ?? response.statusText };
}

/** Some answers are text. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Before the stream is opened again, when it has ended. */
const PAUSE = 1000;
const watchers = [];
let last = null;
/** Ends the stream that is open. */
let stream = new AbortController();

/**
 * Calls `watcher(now, before)` with what `/__admin/changes` says, whenever it says something; `before` is null at first. What it
 * says besides the time is the same while nothing happens. Not while the page is hidden.
 */
export function onChanges(watcher) {
  watchers.push(watcher);
  if (last) watcher(last, null);
}

function take(changes) {
  const before = last;
  last = changes;
  watchers.forEach((watcher) => watcher(changes, before));
}

/** Looks at once, after something was done that changes something. */
export async function look() {
  const asked = state().session;
  const { ok, json } = await call("GET", "/changes");
  if (ok && asked === state().session) take(json);
}

/** Follows `/__admin/changes` while the page can be seen: one response that goes on, in place of a request a second. */
export async function watch() {
  stream.abort();
  const own = new AbortController();
  stream = own;
  while (!own.signal.aborted && !document.hidden && (access === "open" || access === "refused")) {
    await listen(own.signal);
    if (own.signal.aborted) return;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** Says that the server responded, once what it said is known, or that it did not. */
function reached(detail) {
  document.dispatchEvent(new CustomEvent("reached", { detail }));
}

/** Takes the events of one response until it ends. */
async function listen(signal) {
  const { url, options } = requestOf("/changes", { accept: "text/event-stream" });
  const response = await fetch(url, { ...options, signal }).catch(() => null);
  if (signal.aborted) return;
  if (!response?.ok) {
    if (response) judge(response.status, parsed(await response.text().catch(() => ""))?.details ?? response.statusText);
    reached(response !== null);
    return;
  }
  judge(response.status);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    // Whether the server is still there is seen when the stream is opened again.
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done || signal.aborted) return;
    const events = (text + value).split("\n\n");
    text = events.pop();
    if (events.length === 0) continue;
    events.forEach((event) => take(JSON.parse(event.slice("data: ".length))));
    reached(true);
  }
}

/** The time of the session's world; the browser's where the control plane does not tell. */
export function worldNow() {
  return last ? new Date(last.now) : new Date();
}

/** What was last said. */
export function changes() {
  return last;
}

/** Another session has another world: nothing that was known holds. */
export function forget() {
  last = null;
  watch();
}

document.addEventListener("visibilitychange", watch);
onAccess(watch);
