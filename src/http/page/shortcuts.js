// Single keys for what is done often, and the dialog that lists them. They can be turned off: whoever speaks to the computer
// types letters by accident.

import { h, put } from "./dom.js";
import { onPreference, prefer, preference } from "./preferences.js";
import { state } from "./state.js";

const TYPED_INTO = "input, select, textarea, [contenteditable]";

/** `actions` are called by the keys `/`, `j`, `k`, `[` and `]`. */
export function mountShortcuts(root, { search, step, turn }) {
  const keys = {
    "/": ["Search", search],
    j: ["Next entry", () => step(1)],
    k: ["Previous entry", () => step(-1)],
    "[": ["Previous page", () => turn(-1)],
    "]": ["Next page", () => turn(1)],
    "?": ["This help", () => dialog.showModal()],
  };
  const fixed = [["Enter", "Open the entry"], ["Esc", "Close the entry, a menu or this help"], ["↑ ↓", "Entry by entry, bar by bar, value by value"],
    ["Shift + ← →", "On the timeline: choose a range"]];
  const on = h("input", { type: "checkbox", on: { change: () => prefer("shortcuts", on.checked ? "on" : "off") } });
  const row = ([key, words]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, words));
  const dialog = h("dialog", { class: "help", "aria-labelledby": "help-title" },
    h("h2", { id: "help-title" }, "Keyboard shortcuts"),
    h("dl", {}, [...Object.entries(keys).map(([key, [words]]) => [key, words]), ...fixed].map(row)),
    h("label", { class: "check" }, on, " Use single-key shortcuts"),
    h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
  put(root, h("button", {
    class: "icon-button", "aria-label": "Keyboard shortcuts", title: "Keyboard shortcuts (?)", on: { click: () => dialog.showModal() },
  }, "?"), dialog);

  function show() {
    on.checked = preference("shortcuts") === "on";
  }

  document.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(keys, event.key) && keys[event.key][1];
    // Some keyboards have brackets on the third level, which counts as Ctrl and Alt.
    const isCommand = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
    if (!action || isCommand || event.target.matches(TYPED_INTO)) return;
    if (state().tab !== "logs" || dialog.open || preference("shortcuts") === "off") return;
    event.preventDefault();
    action();
  });
  onPreference(show);
  show();
}
