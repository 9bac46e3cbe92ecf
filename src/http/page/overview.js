// What there is behind the view, over time and by value. The control plane counts it, so it is not there without one, nor for a
// key that may not read, nor while the server is gone.

import { controlAccess, onAccess } from "./admin.js";
import { h, put } from "./dom.js";
import { mountFacets } from "./facets.js";
import { onPreference, prefer, preference } from "./preferences.js";
import { onAnswered } from "./question.js";
import { change } from "./state.js";
import { mountTimeline } from "./timeline.js";

/** Why there is no timeline. */
const WITHOUT = {
  off: () => ["Timeline hidden: the server was started without the control plane (--no-admin)."],
  locked: () => ["Timeline hidden. Enter the control token to see it. ",
    h("button", { class: "quiet small", on: { click: () => change({ tab: "control" }) } }, "Enter token")],
  refused: () => ["Timeline hidden: the control plane refuses pages of this host name. Open the page as localhost or by its IP address."],
};

/** `{timeline, facets}` are the elements of the two parts; `view` is that of all. */
export function mountOverview(view, { timeline, facets }) {
  const plot = h("div", { id: "timeline-plot", class: "timeline-plot" });
  const told = h("div", { class: "row timeline-told" });
  const note = h("p", { class: "small soft" });
  const toggle = h("button", {
    class: "fold", "aria-controls": "timeline-plot", on: { click: () => prefer("timeline", isOpen() ? "folded" : "open") },
  }, "Timeline");
  put(timeline, h("div", { class: "row timeline-head" }, toggle, told, note), plot);
  mountTimeline(plot, told);
  mountFacets(facets);
  /** What the last request came to, if it was refused, and whether the server answers. */
  let refused = "";
  let isReached = true;

  const isOpen = () => preference("timeline") === "open";

  function fold() {
    toggle.setAttribute("aria-expanded", String(isOpen()));
    plot.hidden = !isOpen();
  }

  function show() {
    const why = WITHOUT[controlAccess()]?.() ?? (isReached ? refused : "No counts: the server is not reachable.");
    put(note, why);
    note.hidden = why === "";
    view.classList.toggle("uncounted", why !== "");
  }

  onAccess(show);
  onPreference(fold);
  onAnswered(({ answer }) => {
    refused = answer.status === 200 ? "" : "No counts: the request was not answered with entries.";
    show();
  });
  document.addEventListener("reached", ({ detail }) => {
    if (isReached === detail) return;
    isReached = detail;
    show();
  });
  fold();
  show();
}
