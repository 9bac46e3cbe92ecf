// What is shown, kept in the address bar: a view can be reloaded, gone back to, and sent to somebody else. A token that
// was typed in is never part of it.

import { LISTS } from "./known-values.js";

export { LISTS };
export const PAGE_SIZES = [10, 25, 50, 100, 250, 1000];
const DEFAULT_PAGE_SIZE = 50;
export const SESSION = /^[A-Za-z0-9._-]{1,64}$/;

/** The state of a query string; whatever is not understood is left out. */
export function read(search) {
  const given = new URLSearchParams(search);
  const whole = (name, otherwise) => (/^\d{1,9}$/.test(given.get(name) ?? "") ? Number(given.get(name)) : otherwise);
  const state = {
    tab: given.get("tab") === "control" ? "control" : "logs",
    key: given.get("key") ?? "",
    session: SESSION.test(given.get("session") ?? "") ? given.get("session") : "",
    page: whole("page", 0),
    pageSize: Math.min(Math.max(whole("pageSize", DEFAULT_PAGE_SIZE), 1), 1000),
    startTime: given.get("startTime") ?? "",
    endTime: given.get("endTime") ?? "",
  };
  for (const name of LISTS) state[name] = [...new Set(given.getAll(name).filter((value) => value !== ""))];
  return state;
}

/** The query string of a state, without what is as usual. */
export function written(state) {
  const usual = read("");
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (Array.isArray(value)) value.forEach((one) => search.append(name, one));
    else if (String(value) !== String(usual[name])) search.set(name, value);
  }
  const text = search.toString();
  return text === "" ? location.pathname : `?${text}`;
}

/** Whether anything narrows what is asked for. */
export function isFiltered(state) {
  return state.startTime !== "" || state.endTime !== "" || LISTS.some((name) => state[name].length > 0);
}

/** Nothing that narrows: to be given to `change`. */
export function unfiltered() {
  return Object.fromEntries([["startTime", ""], ["endTime", ""], ["page", 0], ...LISTS.map((name) => [name, []])]);
}

const listeners = [];
let current = read(location.search);

/** The state as it is. */
export function state() {
  return current;
}

/**
 * Changes some of it; a new question begins at its first page. `quietly` puts it in place of the last view instead of
 * behind it: for what nobody would go back to.
 */
export function change(patch, { quietly = false } = {}) {
  const asksAnew = Object.keys(patch).some((name) => LISTS.includes(name) || ["startTime", "endTime", "pageSize"].includes(name));
  const next = { ...current, ...(asksAnew ? { page: 0 } : {}), ...patch };
  const address = written(next);
  if (address === written(current)) return;
  history[quietly ? "replaceState" : "pushState"](null, "", address);
  become(next);
}

/** Calls `listener(state, before)` after each change. */
export function onChange(listener) {
  listeners.push(listener);
}

function become(next) {
  const before = current;
  current = next;
  listeners.forEach((listener) => listener(next, before));
}

addEventListener("popstate", () => become(read(location.search)));
