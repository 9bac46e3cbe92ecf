// An answer without entries: why, and what to do next.

import { setFilters } from "./chips.js";
import { controlAccess } from "./admin.js";
import { h } from "./dom.js";
import { KNOWN, LABELS, nearest } from "./known-values.js";
import { change, isFiltered, state, unfiltered } from "./state.js";
import { instant } from "./time.js";

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
    h("p", {}, `The API counts pages from 0: page=${page} is beyond the last, page=${totalPages - 1}. It answers with no entries and the true totals, which is how a client knows that it is done.`),
    button("Go to the last page", () => ({ page: totalPages - 1 })));
}

function unmatched() {
  return told("No entry matches these filters",
    h("ul", { class: "why" }, setFilters(state()).map((filter) => h("li", {},
      h("span", { class: "soft" }, LABELS[filter.name]), " ", h("strong", {}, filter.text), " ", slip(filter)))),
    h("p", {}, "Values of one filter are alternatives; the filters together narrow. Upper and lower case differ, and only whole values match."),
    session(),
    h("div", { class: "row" }, button("Clear all filters", unfiltered)));
}

/** What is likely wrong with one of the filters. */
function slip({ name, value }) {
  const from = instant(state().startTime);
  const to = instant(state().endTime);
  if (name === "endTime" && from && to && from > to) return "– it is before From, so nothing can match.";
  if (name === "actions" && value === "READ") return "– the filter knows it, but no entry holds it.";
  if (!(name in KNOWN) || KNOWN[name].includes(value)) return null;
  const near = nearest(value, KNOWN[name]);
  if (!near) return "– the API does not list this value.";
  const others = state()[name].filter((one) => one !== value);
  return ["– the API does not list it. Did you mean ", button(near, () => ({ [name]: [...new Set([...others, near])] }), false), "?"];
}

function nothing() {
  const open = controlAccess() !== "off";
  return told("There is no entry yet",
    open
      ? h("p", {}, "This server holds none. The control room can switch live activity on, or reset what it holds to how the server started.")
      : h("p", {}, "This server holds none. Start it with ", h("code", {}, "--generate 1000"), ", with ", h("code", {}, "--fixtures FILE"), ", or with neither: then it has a story of its own."),
    session(),
    open && button("Open the control room", () => ({ tab: "control" })));
}

function session() {
  const { session } = state();
  return session !== "" && h("p", {}, "You look at the session ", h("strong", {}, session), ", whose entries are its own. ",
    button("Look at the unnamed session", () => ({ session: "", page: 0 }), false));
}
