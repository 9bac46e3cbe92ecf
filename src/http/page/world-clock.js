// What makes the mock respond otherwise than usual, and the time of its session: in the top bar of both views.

import { onChanges } from "./admin.js";
import { h, put } from "./dom.js";
import { change, onChange, state, written } from "./state.js";
import { momentOf } from "./time.js";

/** The usual limit, which is no reason for a mark. */
const USUAL_LIMIT = "1000/min";

/** `[panel, class, text, explanation]` of each mark. */
function marksOf({ frozen, system, live, faults, scenario, rateLimit }) {
  return [
    faults > 0 && ["faults", "armed", `${faults} ${faults === 1 ? "fault" : "faults"} armed`, "Requests of clients fail on purpose"],
    scenario && ["faults", "armed", `Scenario ${scenario}`, "Data changes while clients read it"],
    ![USUAL_LIMIT, "off"].includes(rateLimit) && ["faults", "armed", `Rate limit ${rateLimit}`, "The limit of keys without one of their own"],
    live && ["data", "live", "Live", "New entries arrive over time"],
    frozen && ["time", "frozen", "Clock stopped", "The clock moves only when it is advanced"],
    !frozen && !system && ["time", "", "Clock moved", "The clock runs, but not with the system's"],
  ].filter(Boolean);
}

export function mountClock(root) {
  const marks = h("span", { class: "marks" });
  const time = h("time");
  const entries = h("span", { class: "entries" });
  let shown = "";

  function link([panel, kind, text, title]) {
    const patch = { tab: "control", panel };
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      change(patch);
    };
    return h("a", { class: `pill ${kind}`, title, href: written({ ...state(), ...patch }), on: { click: open } }, text);
  }

  /** Links that stay as they are keep the focus. */
  function showMarks(all) {
    const now = JSON.stringify([all, written(state())]);
    if (now === shown) return;
    shown = now;
    put(marks, all.map(link));
  }

  let last = [];
  onChanges((changes) => {
    last = marksOf(changes);
    showMarks(last);
    time.textContent = momentOf(new Date(changes.now));
    time.dateTime = changes.now;
    time.title = `${changes.now} (UTC)`;
    entries.textContent = `${changes.entries.toLocaleString()} ${changes.entries === 1 ? "entry" : "entries"}`;
  });
  onChange(() => showMarks(last));
  put(root, marks, time, entries);
}
