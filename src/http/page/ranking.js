// Who did most, and to what: each a filter at a click.

import { h, put } from "./dom.js";
import { change, state } from "./state.js";
import { onSummary } from "./summary.js";

const MOST = 6;

export function mountRankings(root) {
  const actors = ranking("Most active actors");
  const types = ranking("Object types");
  put(root, actors.card, types.card);
  onSummary((summary) => {
    actors.show(summary?.actors ?? [], (value) => summary && filterOf(value, summary.values));
    types.show(ofTypes(summary), (value) => ({ objectTypes: [value] }));
  });
}

/** The counts lift the filter itself, so that a picker can show them; here it holds. */
function ofTypes(summary) {
  const asked = state().objectTypes;
  const counted = (summary?.values.objectTypes ?? []).filter(({ count }) => count > 0);
  return counted.filter(({ value }) => asked.length === 0 || asked.includes(value));
}

/** The API has no filter for what `actorIdentifier` shows, but for what it was made of. */
function filterOf(value, values) {
  if (value === null) return null;
  const has = (name) => values[name].some((known) => known.value === value);
  if (has("actorEmails")) return { actorEmails: [value] };
  if (has("actorApiKeyIdentifiers")) return { actorApiKeyIdentifiers: [value] };
  return null;
}

function ranking(heading) {
  const list = h("ol", { class: "ranking", "aria-label": heading });
  const card = h("div", { class: "card" }, h("h2", {}, heading), list);

  function show(counts, filter) {
    const first = counts[0]?.count ?? 1;
    put(list, counts.slice(0, MOST).map(({ value, count }) => {
      const patch = filter(value);
      const name = value ?? "N/A (GitOps, imports)";
      const bar = h("meter", { min: 0, max: first, value: count, "aria-hidden": "true" });
      const label = patch
        ? h("button", { class: "quiet name", title: `Show only ${name}`, on: { click: () => change(patch) } }, name)
        : h("span", { class: "name" }, name);
      return h("li", {}, label, h("span", { class: "count" }, count.toLocaleString()), bar);
    }));
    if (counts.length === 0) put(list, h("li", { class: "soft small" }, "None"));
  }
  return { card, show };
}
