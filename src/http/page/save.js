// Files that the page makes.

import { h } from "./dom.js";

/** Saves a text, which may come in parts, as a file of this name. */
export function save(name, type, ...parts) {
  const href = URL.createObjectURL(new Blob(parts, { type }));
  h("a", { href, download: name }).click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
