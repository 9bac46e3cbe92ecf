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

/**
 * Calls the control plane about the chosen session: `call("PUT", "/clock", {body: {now}, query: {limit: 5}})`. Answers
 * `{ok, status, json, details}`, details being what went wrong, in words.
 */
export async function call(method, path, { body, query, accept = "application/json", everywhere = false } = {}) {
  if (access === "off" || access === "locked") return { ok: false, status: 0, json: null, text: "", details: "The control plane is not open." };
  const parameters = new URLSearchParams(query);
  if (state().session !== "" && !everywhere) parameters.set("session", state().session);
  const headers = { Accept: accept };
  if (sessionStorage.getItem(KEPT)) headers.Authorization = `Bearer ${sessionStorage.getItem(KEPT)}`;
  const search = parameters.size > 0 ? `?${parameters}` : "";
  let response, text;
  try {
    response = await fetch(`${BASE_URL}/__admin${path}${search}`, {
      method, headers, cache: "no-store", credentials: "omit",
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    });
    text = await response.text();
  } catch {
    return { ok: false, status: 0, json: null, text: "", details: "The server does not answer." };
  }
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Some answers are text.
  }
  if (response.status === 401) {
    sessionStorage.removeItem(KEPT);
    becomes("locked");
  } else if (response.status === 403) {
    reason = json?.details ?? response.statusText;
    becomes("refused");
  }
  return { ok: response.ok, status: response.status, json, text, details: json?.details ?? response.statusText };
}

const EVERY = 1000;
const watchers = [];
let last = null;
let timer;

/**
 * Calls `watcher(now, before)` with what `/__admin/changes` says, when it says something else than before; `before` is
 * null at first. What it says besides the time is the same while nothing happens. Not while the page is hidden.
 */
export function onChanges(watcher) {
  watchers.push(watcher);
  if (last) watcher(last, null);
}

/** Looks at once, after something was done that changes something. */
export async function look() {
  clearTimeout(timer);
  const asked = state().session;
  if (!document.hidden && (access === "open" || access === "refused")) {
    const { ok, json, status } = await call("GET", "/changes");
    if (ok && asked === state().session) {
      if (access === "refused") becomes("open");
      const before = last;
      last = json;
      watchers.forEach((watcher) => watcher(json, before));
    }
    document.dispatchEvent(new CustomEvent("reached", { detail: status !== 0 }));
  }
  clearTimeout(timer);
  timer = setTimeout(look, EVERY);
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
  look();
}

document.addEventListener("visibilitychange", () => document.hidden || look());
onAccess(() => look());
