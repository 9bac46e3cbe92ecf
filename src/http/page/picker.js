// A button that opens a list of values to tick, with how many entries each would give.

import { h, put } from "./dom.js";
import { KNOWN, LABELS } from "./known-values.js";
import { popover } from "./popover.js";
import { change, onChange, state } from "./state.js";
import { onSummary } from "./summary.js";
import { visible } from "./visible.js";

/** Longer lists can be searched. The API takes other values in them too. */
const SHORT = 8;

export function picker(list) {
  const label = LABELS[list];
  const long = KNOWN[list].length > SHORT;
  const chosen = h("span", { class: "count", "aria-hidden": "true" });
  const button = h("button", { class: "picker-button", "aria-controls": `pick-${list}` }, label, chosen);
  const search = h("input", {
    type: "search", placeholder: "Search, or type another value", "aria-label": `Search ${label.toLowerCase()}s`,
    autocomplete: "off", spellcheck: "false", hidden: !long, on: { input: sift, keydown: searched },
  });
  const options = h("ul", { class: "options" });
  const other = h("button", { class: "quiet other", hidden: true, on: { click: useTyped } });
  const panel = h("div", { id: `pick-${list}`, role: "group", "aria-label": `${label} values` }, search, options, other);
  const { root, toggle } = popover(button, panel, opened);
  root.addEventListener("keydown", moved);
  /** value → {item, box, count}, in the order in which they are shown. */
  let rows = new Map();
  let counted = null;

  function values() {
    const given = counted?.values?.[list] ?? KNOWN[list].map((value) => ({ value }));
    const missing = state()[list].filter((value) => !given.some((one) => one.value === value));
    return [...missing.map((value) => ({ value, unknown: true })), ...given];
  }

  function option({ value, unknown }) {
    const box = h("input", { type: "checkbox", value, on: { change: () => tick(value, box.checked) } });
    const count = h("span", { class: "count", "aria-hidden": "true" });
    const item = h("li", {}, h("label", {}, box, h("span", { class: "value" }, visible(value)),
      unknown && h("span", { class: "badge s4" }, "unknown"), count));
    return { item, box, count };
  }

  function tick(value, on) {
    const others = state()[list].filter((one) => one !== value);
    change({ [list]: on ? [...others, value] : others });
  }

  /** While it is open, what stands somewhere stays there: only counts and ticks change, and others join at the end. */
  function show() {
    const number = state()[list].length;
    chosen.textContent = number > 0 ? String(number) : "";
    button.classList.toggle("set", number > 0);
    if (panel.hidden) return;
    for (const value of values()) {
      if (rows.has(value.value)) continue;
      rows.set(value.value, option(value));
      options.append(rows.get(value.value).item);
    }
    const counts = new Map(values().map(({ value, count }) => [value, count]));
    for (const [value, { item, box, count }] of rows) {
      const known = counts.get(value);
      box.checked = state()[list].includes(value);
      box.title = known === undefined ? "" : `${known.toLocaleString()} ${known === 1 ? "entry" : "entries"}`;
      count.textContent = known?.toLocaleString() ?? "";
      item.classList.toggle("none", known === 0);
    }
    sift();
  }

  function opened() {
    rows = new Map();
    put(options);
    search.value = "";
    show();
    (long ? search : options.querySelector("input"))?.focus();
  }

  function sift() {
    const typed = search.value.trim();
    for (const [value, { item }] of rows) item.hidden = !value.toLowerCase().includes(typed.toLowerCase());
    other.hidden = typed === "" || rows.has(typed);
    put(other, "Filter by “", visible(typed), "”");
  }

  function useTyped() {
    const typed = search.value.trim();
    search.value = "";
    tick(typed, true);
    search.focus();
  }

  function searched(event) {
    if (event.key !== "Enter" || search.value.trim() === "") return;
    const shown = [...rows.values()].filter(({ item }) => !item.hidden);
    if (shown.length > 0) shown[0].box.click();
    else useTyped();
  }

  function moved(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && panel.hidden && event.target === button) {
      event.preventDefault();
      toggle(true);
    } else if (step && !panel.hidden) {
      event.preventDefault();
      const stops = [...(long ? [search] : []), ...[...rows.values()].filter(({ item }) => !item.hidden).map(({ box }) => box)];
      stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)]?.focus();
    }
  }

  onChange(show);
  onSummary((summary) => {
    counted = summary;
    show();
  });
  return root;
}
