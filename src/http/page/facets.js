// The values of the entries behind the view, with their numbers: each a filter at a click.

import { h, put } from "./dom.js";
import { LABELS } from "./known-values.js";
import { onPreference, preference } from "./preferences.js";
import { change, narrowingOf, onChange, state } from "./state.js";
import { onSummary, valuesContaining } from "./summary.js";
import { visible, visibleText } from "./visible.js";

/** In the order of what people ask first, with how many values are shown of each. */
const FACETS = [
  { label: LABELS.actions, field: "actions", rows: 3 },
  { label: LABELS.objectTypes, field: "objectTypes", rows: 6 },
  { label: "Actor", field: null, rows: 6 },
  { label: LABELS.objectIdentifiers, field: "objectIdentifiers", rows: 5 },
  { label: LABELS.actorIpAddresses, field: "actorIpAddresses", rows: 5 },
  { label: LABELS.actorTypes, field: "actorTypes", rows: 5 },
];
/** While somebody types, the server is asked after this. */
const TYPING = 150;
const NO_ACTOR = "N/A (GitOps, imports)";

export function mountFacets(root) {
  const showAll = () => (root.hidden = preference("facets") !== "open");
  put(root, FACETS.map(facet));
  onPreference(showAll);
  showAll();
}

function facet({ label, field, rows }) {
  const list = h("ul", { class: `facet-values rows-${rows}`, "aria-label": label });
  const all = h("button", { class: "quiet small", "aria-expanded": "false", hidden: true, on: { click: () => expand(!expanded) } });
  const search = h("input", {
    type: "search", placeholder: "Search", "aria-label": `Search ${label.toLowerCase()} values`, autocomplete: "off",
    spellcheck: "false", hidden: true, on: { input: () => { clearTimeout(timer); timer = setTimeout(find, TYPING); } },
  });
  let summary = null;
  /** While all values are shown, those that contain what is searched; null until they are there. */
  let found = null;
  let expanded = false;
  let timer;

  const valuesOf = (counted) => (field === null ? counted?.actors : counted?.values[field])?.filter(({ count }) => count > 0) ?? [];

  async function find() {
    const text = search.value.trim();
    const counted = await valuesContaining(text);
    if (!expanded || text !== search.value.trim()) return;
    found = counted;
    show();
  }

  function expand(yes) {
    expanded = yes;
    found = null;
    search.value = "";
    search.hidden = !yes;
    all.setAttribute("aria-expanded", String(yes));
    if (yes) {
      search.focus();
      find();
    }
    show();
  }

  function show() {
    const values = valuesOf(expanded && found ? found : summary);
    const shown = expanded ? values : withChosen(values).slice(0, rows);
    const largest = Math.max(1, ...shown.map(({ count }) => count));
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.value : null;
    put(list, shown.map((value) => item(value, largest)));
    if (shown.length === 0) put(list, h("li", { class: "soft small" }, "None"));
    list.classList.toggle("expanded", expanded);
    all.hidden = !expanded && values.length <= rows;
    put(all, expanded ? "Show fewer" : "See all");
    // Whoever stands on a value stays on it.
    if (focused !== null) [...list.querySelectorAll("button")].find((button) => button.dataset.value === focused)?.focus();
  }

  /** What is chosen is in sight. */
  function withChosen(values) {
    const isSet = ({ value }) => patchOf(value, summary)?.isSet;
    return [...values.filter(isSet), ...values.filter((value) => !isSet(value))];
  }

  function item({ value, count }, largest) {
    const name = value ?? NO_ACTOR;
    const choice = patchOf(value, expanded && found ? found : summary);
    const text = h("span", { class: "name" }, visible(name));
    const number = h("span", { class: "count" }, count.toLocaleString());
    const bar = h("meter", { min: 0, max: largest, value: count, "aria-hidden": "true" });
    if (!choice) return h("li", {}, h("div", { class: "facet-value" }, text, number, bar));
    return h("li", {}, h("button", {
      class: "facet-value", title: visibleText(name), "aria-pressed": String(choice.isSet), dataset: { value: name },
      on: { click: () => change(choice.patch) },
    }, text, number, bar));
  }

  function patchOf(value, counted) {
    return field === null ? actorChoice(value, counted) : fieldChoice(field, value);
  }

  onSummary((counted) => {
    summary = counted;
    if (expanded) find();
    show();
  });
  onChange((now, before) => narrowingOf(now) !== narrowingOf(before) && show());
  return h("section", { class: "facet" }, h("div", { class: "row between" }, h("h2", {}, label), all), search, list);
}

/** One value more or less in a filter. */
function fieldChoice(field, value) {
  const values = state()[field];
  const isSet = values.includes(value);
  return { isSet, patch: { [field]: isSet ? values.filter((one) => one !== value) : [...values, value] } };
}

/** The API has no filter for what `actorIdentifier` shows, but for what it was made of: these two narrow each other. */
function actorChoice(value, counted) {
  const [field, other] = ["actorEmails", "actorApiKeyIdentifiers"].toSorted((a, b) => has(counted, b, value) - has(counted, a, value));
  if (value === null || !has(counted, field, value)) return null;
  const choice = fieldChoice(field, value);
  return { ...choice, patch: { ...choice.patch, [other]: [] } };
}

function has(counted, field, value) {
  return state()[field].includes(value) || (counted?.values[field].some((known) => known.value === value) ?? false);
}
