// What is asked for: a search box over all attributes, a picker for each that has known values, the time, and chips of what is set.

import { mountChips } from "./chips.js";
import { h, put } from "./dom.js";
import { KNOWN, LABELS } from "./known-values.js";
import { picker } from "./picker.js";
import { search } from "./search.js";
import { timeControl } from "./time-control.js";

export function mountFilters(root) {
  const pickers = h("div", { id: "pickers", class: "pickers" }, Object.keys(LABELS).filter((list) => list in KNOWN).map(picker));
  const chips = h("div", { class: "chosen" });
  // On a narrow screen the pickers would push the entries out of sight.
  const toggle = h("button", {
    class: "filter-toggle", "aria-expanded": "false", "aria-controls": "pickers",
    on: { click: () => toggle.setAttribute("aria-expanded", String(root.classList.toggle("open"))) },
  }, "Filters");
  const box = search();
  put(root, box, toggle, pickers, timeControl(), chips);
  mountChips(chips, () => box.querySelector("input").focus());
}
