// What is asked for: one control for each parameter of the operation, and chips of what is set.

import { mountChips } from "./chips.js";
import { h, put } from "./dom.js";
import { KNOWN, LABELS, LISTS } from "./known-values.js";
import { picker } from "./picker.js";
import { range } from "./range.js";
import { words } from "./typed-values.js";

const TEXTS = LISTS.filter((list) => !(list in KNOWN));

export function mountFilters(root) {
  const controls = h("div", { id: "filter-controls", class: "filter-controls" },
    h("div", { class: "filter-grid" },
      Object.keys(LABELS).filter((list) => list in KNOWN).map((list) => picker(list)),
      TEXTS.map((list) => words(list))),
    range());
  const chips = h("div", { class: "chosen" });
  // On a narrow screen the controls would push the entries out of sight.
  const toggle = h("button", {
    class: "filter-toggle", "aria-expanded": "false", "aria-controls": "filter-controls",
    on: {
      click: () => {
        const open = root.classList.toggle("open");
        toggle.setAttribute("aria-expanded", String(open));
      },
    },
  }, "Filters");
  root.classList.add("card");
  put(root, toggle, controls, chips);
  mountChips(chips, () => (toggle.offsetParent ? toggle : controls.querySelector("button")).focus());
}
