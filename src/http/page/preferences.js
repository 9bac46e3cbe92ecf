// What this reader prefers, kept in this browser: how times are written, what is folded away, whether single keys do something.

const KEPT = "cortex-audit-mock ";
const listeners = [];

/** A small screen is for the entries; overview.css has the same widths. */
const ROOM = { timeline: matchMedia("(min-width: 721px)"), facets: matchMedia("(min-width: 1200px)") };
const USUAL = { times: "local", shortcuts: "on" };
const chosen = {};

/** `times`: local, utc or relative; `timeline` and `facets`: open or folded; `shortcuts`: on or off. */
export function preference(name) {
  return chosen[name] ?? kept(name) ?? USUAL[name] ?? (ROOM[name].matches ? "open" : "folded");
}

export function prefer(name, value) {
  chosen[name] = value;
  try {
    localStorage.setItem(KEPT + name, value);
  } catch {
    // Where nothing may be kept it holds until the page is left.
  }
  listeners.forEach((listener) => listener(name));
}

/** Calls `listener(name)` after each change. */
export function onPreference(listener) {
  listeners.push(listener);
}

for (const [name, room] of Object.entries(ROOM)) room.addEventListener("change", () => listeners.forEach((listener) => listener(name)));

function kept(name) {
  try {
    return localStorage.getItem(KEPT + name);
  } catch {
    return null;
  }
}
