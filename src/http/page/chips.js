// What narrows the view, each value to be taken back on its own.

import { h, put, say } from "./dom.js";
import { KNOWN, LABELS } from "./known-values.js";
import { LISTS, change, isFiltered, onChange, state, unfiltered } from "./state.js";
import { onSummary } from "./summary.js";
import { instant, local } from "./time.js";

/** What is set: `{name, value, text, without}`, `without` being the change that takes it back. */
export function setFilters(of) {
  const times = ["startTime", "endTime"].filter((name) => of[name] !== "").map((name) => {
    const date = instant(of[name]);
    return { name, value: of[name], text: date ? local(date) : of[name], without: { [name]: "" } };
  });
  const lists = LISTS.flatMap((name) => of[name].map((value) => {
    return { name, value, text: value, without: { [name]: of[name].filter((other) => other !== value) } };
  }));
  return [...times, ...lists];
}

/** `elsewhere` takes the focus when the last chip is gone. */
export function mountChips(root, elsewhere) {
  let counted = null;

  function chip({ name, value, text, without }, place) {
    // One list may hold several values in one, as the API takes them.
    const known = (counted?.values?.[name] ?? []).map((one) => one.value);
    const unknown = counted && name in KNOWN && value.split(",").some((one) => !known.includes(one));
    return h("li", { class: "chip" },
      h("span", { class: "soft" }, LABELS[name]), " ",
      h("span", { class: "chip-value", title: value }, text),
      unknown && h("span", { class: "badge s4", title: "No entry holds this value, and the API does not list it" }, "unknown"),
      h("button", { "aria-label": `Remove ${LABELS[name]} ${text}`, on: { click: () => remove(without, place) } }, "×"));
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
    root.hidden = !isFiltered(state());
    // Whoever stands on a chip stays on it.
    const place = [...root.querySelectorAll("button")].indexOf(document.activeElement);
    put(root,
      h("ul", { class: "chips", "aria-label": "Filters that are set" }, setFilters(state()).map(chip)),
      h("button", { class: "quiet", on: { click: clear } }, "Clear all"));
    if (place >= 0) root.querySelectorAll("button")[place]?.focus();
  }

  onChange(show);
  onSummary((summary) => {
    counted = summary;
    show();
  });
}
