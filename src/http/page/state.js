// What is shown, kept in the address bar: a view can be reloaded, gone back to, and sent to somebody else. A token that
// was typed in is never part of it.

import { LISTS } from "./known-values.js";

export { LISTS };
export const PAGE_SIZES = [10, 25, 50, 100, 250, 1000];
const DEFAULT_PAGE_SIZE = 50;
export const SESSION = /^[A-Za-z0-9._-]{1,64}$/;
/** A length back from now, such as `1h`. */
const RANGE = /^[1-9]\d{0,3}[mhdw]$/;
/** The range that is chosen on purpose where another one is usual. */
export const ALL_TIME = "all";

/** What narrows the entries; `page` and `pageSize` only choose among those that match. */
const NARROWING = ["startTime", "endTime", "range", ...LISTS];

/** The panels of the control panel. */
export const PANELS = ["verdict", "faults", "time", "data", "sessions"];

/** The state of a query string; whatever is not understood is left out. */
export function read(search) {
  const given = new URLSearchParams(search);
  const text = (name) => given.get(name) ?? "";
  const whole = (name, otherwise) => (/^\d{1,9}$/.test(text(name)) ? Number(text(name)) : otherwise);
  const hasTimes = text("startTime") !== "" || text("endTime") !== "";
  const state = {
    tab: text("tab") === "control" ? "control" : "logs",
    key: text("key"),
    session: SESSION.test(text("session")) ? text("session") : "",
    page: whole("page", 0),
    pageSize: Math.min(Math.max(whole("pageSize", DEFAULT_PAGE_SIZE), 1), 1000),
    startTime: text("startTime"),
    endTime: text("endTime"),
    range: !hasTimes && (RANGE.test(text("range")) || text("range") === ALL_TIME) ? text("range") : "",
  };
  state.panel = PANELS.includes(given.get("panel")) ? given.get("panel") : PANELS[0];
  state.faults = given.get("faults") === "on" ? "on" : "";
  for (const name of LISTS) state[name] = [...new Set(given.getAll(name).filter((value) => value !== ""))];
  state.entry = text("entry");
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

/** Whether a part of time is chosen. */
export function hasPeriod({ startTime, endTime, range }) {
  return startTime !== "" || endTime !== "" || (range !== "" && range !== ALL_TIME);
}

/** Whether anything narrows what is asked for. */
export function isFiltered(state) {
  return hasPeriod(state) || LISTS.some((name) => state[name].length > 0);
}

/** From one instant to another, either of which may be empty: to be given to `change`. */
export function between(startTime, endTime) {
  return { startTime, endTime, range: "" };
}

/** Nothing that narrows: to be given to `change`. */
export function unfiltered() {
  return { ...between("", ""), page: 0, ...Object.fromEntries(LISTS.map((name) => [name, []])) };
}

/** Two of these are equal if the same entries match. */
export function narrowingOf(state) {
  return JSON.stringify([state.session, ...NARROWING.map((name) => state[name])]);
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
  const asksAnew = Object.keys(patch).some((name) => name === "pageSize" || NARROWING.includes(name));
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
