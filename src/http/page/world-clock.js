// What time it is in the world that is looked at.

import { onChanges } from "./admin.js";
import { h, put } from "./dom.js";
import { local } from "./time.js";

export function mountClock(root) {
  onChanges(({ now, frozen, system, entries, live }) => {
    const instant = new Date(now);
    put(root,
      live && h("span", { class: "pill live", title: "New entries arrive over time" }, "Live"),
      frozen && h("span", { class: "pill frozen", title: "The clock stands still; the control room moves it" }, "Clock frozen"),
      !frozen && !system && h("span", { class: "pill", title: "The clock runs, but not with the system's" }, "Clock moved"),
      h("time", { datetime: now, title: `${now} (UTC)` }, local(instant)),
      h("span", { class: "entries" }, `${entries.toLocaleString()} ${entries === 1 ? "entry" : "entries"}`));
  });
}
