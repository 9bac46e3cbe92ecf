// The view of the audit logs: what to ask, what there is over time and by value, the entries, and the request behind them.

import { changes, controlAccess } from "./admin.js";
import { mountDock } from "./dock.js";
import { h, put } from "./dom.js";
import { mountFilters } from "./filters.js";
import { mountOverview } from "./overview.js";
import { begin } from "./question.js";
import { mountResults } from "./results.js";
import { mountShortcuts } from "./shortcuts.js";
import { change, hasPeriod, state } from "./state.js";
import { beginCounting } from "./summary.js";

export function mountLogs(root) {
  const part = (name, label) => h("section", { class: name, "aria-label": label });
  const filters = part("filters", "Filters");
  const timeline = part("timeline", "Timeline");
  const facets = h("section", { class: "facets", id: "facets", "aria-label": "Facets" });
  const results = part("results", "Entries");
  const dock = part("dock", "Request");
  const drawer = h("aside", { class: "drawer", "aria-label": "Entry", hidden: true });
  const help = h("div", { class: "help-corner" });
  put(root, h("h1", { class: "spoken" }, "Audit logs"), filters, timeline, facets, results, dock, drawer);
  mountFilters(filters);
  filters.append(help);
  mountOverview(root, { timeline, facets });
  mountDock(dock);
  const { step, turn } = mountResults(results, drawer);
  mountShortcuts(help, { search: () => document.getElementById("search").focus(), step, turn });
  // Whether entries arrive decides what is asked first.
  if (changes() || controlAccess() !== "open") start();
  else document.addEventListener("reached", start, { once: true });
}

/** Where entries arrive, all time would be a flat line with one tall bar at its end. */
function start() {
  if (changes()?.live && !hasPeriod(state()) && state().range === "") change({ range: "1h" }, { quietly: true });
  begin();
  beginCounting();
}
