// What narrows the view, each value to be taken back on its own.

import { h, put, say } from "./dom.js";
import { KNOWN, LABELS } from "./known-values.js";
import { LISTS, change, onChange, state, unfiltered } from "./state.js";
import { onSummary } from "./summary.js";
import { visible, visibleText } from "./visible.js";

/** `elsewhere` takes the focus when the last chip is gone. */
export function mountChips(root, elsewhere) {
  let counted = null;

  function chip({ name, value }, place) {
    // One list may hold several values in one, as the API takes them.
    const known = (counted?.values?.[name] ?? []).map((one) => one.value);
    const unknown = counted && name in KNOWN && value.split(",").some((one) => !known.includes(one));
    return h("li", { class: "chip" },
      h("span", { class: "soft" }, LABELS[name]), " ",
      h("span", { class: "chip-value", title: visibleText(value) }, visible(value)),
      unknown && h("span", { class: "badge s4", title: "No entry holds this value, and the API does not list it" }, "unknown"),
      h("button", {
        "aria-label": `Remove ${LABELS[name]} ${visibleText(value)}`,
        on: { click: () => remove({ [name]: state()[name].filter((other) => other !== value) }, place) },
      }, "×"));
  }

  function remove(without, place) {
    change(without);
    const left = root.querySelectorAll("li button");
    if (left.length > 0) left[Math.min(place, left.length - 1)].focus();
    else elsewhere();
    say("Filter removed");
  }

  function clear() {
    change(unfiltered());
    elsewhere();
    say("All filters removed");
  }

  function show() {
    const set = LISTS.flatMap((name) => state()[name].map((value) => ({ name, value })));
    root.hidden = set.length === 0;
    // Whoever stands on a chip stays on it.
    const place = [...root.querySelectorAll("button")].indexOf(document.activeElement);
    put(root,
      h("ul", { class: "chips", "aria-label": "Filters that are set" }, set.map(chip)),
      h("button", { class: "quiet", on: { click: clear } }, "Clear all"));
    if (place >= 0) root.querySelectorAll("button")[place]?.focus();
  }

  onChange(show);
  onSummary((summary) => {
    counted = summary;
    show();
  });
}
