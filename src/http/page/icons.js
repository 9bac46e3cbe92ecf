// Buttons that show a picture instead of a word; the word is their accessible name.

import { h, put, say, svg } from "./dom.js";

const PATHS = {
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  done: "M3 8.5l3.5 3.5L13 4.5",
  filter: "M2 3h12L9.5 8.5v4l-3 1v-5z",
  link: "M6.5 9.5l3-3M7 4.5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11.5l-2 2a2.8 2.8 0 0 1-4-4l2-2",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3.5 3.5",
  time: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.5l2.5 1.5",
  refresh: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  first: "M12 3L7 8l5 5M4 3v10",
  previous: "M10 3L5 8l5 5",
  next: "M6 3l5 5-5 5",
  last: "M4 3l5 5-5 5M12 3v10",
};

export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}

export function iconButton(name, label, click, attributes = {}) {
  return h("button", { class: "icon-button", "aria-label": label, title: label, on: { click }, ...attributes }, icon(name));
}

/** A button that copies what `text()` answers. */
export function copyButton(name, label, text) {
  const button = iconButton(name, label, async () => {
    try {
      await navigator.clipboard.writeText(text());
      put(button, icon("done"));
      say("Copied");
      setTimeout(() => put(button, icon(name)), 1600);
    } catch {
      // Only a secure page, such as one of localhost, may write to the clipboard.
      say("This browser does not let the page copy: select the text and copy it by hand.");
    }
  });
  return button;
}
