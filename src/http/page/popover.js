// A panel that a button opens beneath itself. Escape, a press elsewhere and the focus that leaves close it.

import { h } from "./dom.js";

/** `opened` is called after the panel opens. `{root, toggle, isOpen}`: the element of both, and what opens and closes. */
export function popover(button, panel, opened) {
  const root = h("div", { class: "popover-root", on: { keydown: pressed, focusout: left } }, button, panel);
  panel.classList.add("popover");
  panel.hidden = true;
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => toggle());

  function toggle(open = panel.hidden) {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) opened();
  }

  function pressed(event) {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    toggle(false);
    button.focus();
  }

  function left(event) {
    // Nothing has the focus while a click on plain text is under way; the listener below sees those outside.
    if (event.relatedTarget && !root.contains(event.relatedTarget)) toggle(false);
  }

  document.addEventListener("pointerdown", (event) => panel.hidden || root.contains(event.target) || toggle(false));
  return { root, toggle, isOpen: () => !panel.hidden };
}
