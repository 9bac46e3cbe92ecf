// The view of the audit logs: what to ask, what there is over time, the request behind it, and the entries.

import { h, put } from "./dom.js";
import { mountFilters } from "./filters.js";
import { mountOverview } from "./overview.js";
import { renew } from "./question.js";
import { mountRequest } from "./request.js";
import { mountResults } from "./results.js";

export function mountLogs(root) {
  const parts = [
    [mountFilters, h("section", { class: "filters", "aria-label": "Filters" })],
    [mountOverview, h("section", { class: "overview", "aria-label": "Overview" })],
    [mountRequest, h("section", { class: "request", "aria-label": "Request" })],
    [mountResults, h("section", { class: "results", "aria-label": "Entries" })],
  ];
  put(root, h("h1", {}, "Audit logs"), parts.map(([, part]) => part));
  for (const [mount, part] of parts) mount(part);
  renew();
}
