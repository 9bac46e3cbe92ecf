// A button for what cannot be undone: it asks first, in its own place.

import { h, put } from "./dom.js";
import { button } from "./card.js";

/** `question()` is what is asked, `yes` the word for doing it. */
export function confirmed(label, question, yes, act) {
  const place = h("div", { class: "confirm" });
  const first = button(label, ask, { class: "danger" });

  function ask() {
    const text = question();
    const keep = button("No, keep it", back);
    put(place, h("div", { class: "row", role: "group", "aria-label": text, on: { keydown: escape } },
      h("span", {}, text), button(yes, done, { class: "danger" }), keep));
    keep.focus();
  }

  function escape(event) {
    if (event.key === "Escape") back();
  }

  function back() {
    put(place, first);
    first.focus();
  }

  async function done() {
    await act();
    back();
  }

  return put(place, first);
}
