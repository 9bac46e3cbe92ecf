// What there is behind the view, over time and by whom: needs the control plane, which counts.

import { controlAccess, onAccess } from "./admin.js";
import { h, put } from "./dom.js";
import { mountRankings } from "./ranking.js";
import { onSummary } from "./summary.js";
import { mountTimeline } from "./timeline.js";

const WITHOUT = {
  off: "The time line needs the control plane, which this server was started without (--no-admin).",
  locked: "The time line needs the control plane: give its token in the control room.",
  refused: "The time line needs the control plane, which does not answer a page under this name: open it as localhost or by its address.",
};

export function mountOverview(root) {
  const timeline = h("div", { class: "card timeline" });
  const rankings = h("div", { class: "rankings" });
  const without = h("p", { class: "soft small" });
  put(root, timeline, rankings, without);
  mountTimeline(timeline);
  mountRankings(rankings);

  function show(access) {
    without.textContent = WITHOUT[access] ?? "";
    without.hidden = access === "open";
    timeline.hidden = rankings.hidden = access !== "open";
  }
  onAccess(show);
  // Whatever was counted before, there is nothing to count now.
  onSummary(() => show(controlAccess()));
}
