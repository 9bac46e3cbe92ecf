// A button for what cannot be undone: it asks first, in its own place.

import { h, put } from "./dom.js";
import { attempt, button } from "./card.js";

/** `question()` is what is asked, `yes` the word for doing it. */
export function confirmed(label, question, yes, act) {
  const place = h("div", { class: "confirm" });
  const first = button(label, ask, { class: "danger" });

  function ask() {
    const keep = button("No", back);
    const done = () => {
      back();
      return attempt(place, act);
    };
    put(place, h("div", { class: "row", role: "group", "aria-label": label },
      h("span", {}, question()), button(yes, done, { class: "danger" }), keep));
    keep.focus();
  }

  function back() {
    put(place, first);
    first.focus();
  }

  return put(place, first);
}
