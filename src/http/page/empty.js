// An answer without entries: why, and what to do next.

import { controlAccess } from "./admin.js";
import { h } from "./dom.js";
import { KNOWN, LABELS, nearest } from "./known-values.js";
import { LISTS, change, hasPeriod, isFiltered, state, unfiltered } from "./state.js";
import { instant, local } from "./time.js";
import { rangeText } from "./time-control.js";
import { visible } from "./visible.js";

export function emptiness({ total, totalPages }) {
  if (total > 0) return beyond(totalPages);
  return isFiltered(state()) ? unmatched() : nothing();
}

function told(title, ...rest) {
  return h("div", { class: "told" }, h("h2", {}, title), rest);
}

function button(text, patch, primary = true) {
  return h("button", { class: primary ? "primary" : "", on: { click: () => change(patch()) } }, text);
}

function beyond(totalPages) {
  const { page } = state();
  return told(`There is no page ${(page + 1).toLocaleString()}`,
    h("p", {}, `The API counts pages from 0: page=${page} is beyond the last, page=${totalPages - 1}. It answers with no entries and the true totals, which tells a client that it is done.`),
    button("Go to the last page", () => ({ page: totalPages - 1 })));
}

function unmatched() {
  return told("No entry matches these filters",
    h("ul", { class: "why" }, setFilters(state()).map((filter) => h("li", {},
      h("span", { class: "soft" }, LABELS[filter.name]), " ", h("strong", {}, visible(filter.text)), " ", slip(filter)))),
    h("p", {}, "Values within a filter are OR-ed; different filters are AND-ed. Values match as a whole, and case matters."),
    session(),
    h("div", { class: "row" }, button("Clear all filters", unfiltered)));
}

/** What narrows: `{name, value, text}` of each. */
function setFilters(of) {
  const times = ["startTime", "endTime"].filter((name) => of[name] !== "").map((name) => {
    const date = instant(of[name]);
    return { name, value: of[name], text: date ? local(date) : of[name] };
  });
  const range = hasPeriod(of) && times.length === 0 ? [{ name: "range", value: of.range, text: rangeText(of.range) }] : [];
  return [...times, ...range, ...LISTS.flatMap((name) => of[name].map((value) => ({ name, value, text: value })))];
}

/** What is likely wrong with one of the filters. */
function slip({ name, value }) {
  const from = instant(state().startTime);
  const to = instant(state().endTime);
  if (name === "endTime" && from && to && from > to) return "– it is before From, so nothing can match.";
  if (name === "actions" && value === "READ") return "– the filter accepts it, but no entry has it.";
  if (!(name in KNOWN) || KNOWN[name].includes(value)) return null;
  const near = nearest(value, KNOWN[name]);
  if (!near) return "– the API does not list this value.";
  const others = state()[name].filter((one) => one !== value);
  return ["– the API does not list it. Did you mean ", button(near, () => ({ [name]: [...new Set([...others, near])] }), false), "?"];
}

function nothing() {
  const open = controlAccess() !== "off";
  return told("No entries yet",
    open
      ? h("p", {}, "The control panel can turn on live activity, add entries, or reset the session to its starting state.")
      : h("p", {}, "Start the server with ", h("code", {}, "--generate 1000"), ", with ", h("code", {}, "--fixtures FILE"), ", or with neither: then it serves the built-in entries."),
    session(),
    open && button("Open the control panel", () => ({ tab: "control" })));
}

function session() {
  const { session } = state();
  return session !== "" && h("p", {}, "This is the session ", h("strong", {}, session), ", which has its own entries. ",
    button("Show the default session", () => ({ session: "", page: 0, entry: "" }), false));
}
