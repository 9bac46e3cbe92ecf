// Characters that nobody sees, or that turn the direction of others: written as escapes and marked, so that two values that
// differ also look different.

import { h } from "./dom.js";

/** Controls, formats, halves of characters, separators other than the space, and letters without a shape. */
const HIDDEN = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u115f\\u1160\\u2800\\u3164\\uffa0]|(?! )\\p{Zs}";
const IN_LINE = new RegExp(HIDDEN, "gu");
const IN_LINES = new RegExp(`(?!\\n)(?:${HIDDEN})`, "gu");

const NAMES = {
  "00A0": "no-break space", "00AD": "soft hyphen", "200B": "zero width space", "200C": "zero width non-joiner",
  "200D": "zero width joiner", "200E": "left-to-right mark", "200F": "right-to-left mark", "202A": "left-to-right embedding",
  "202B": "right-to-left embedding", "202C": "pop directional formatting", "202D": "left-to-right override",
  "202E": "right-to-left override", "2060": "word joiner", "2066": "left-to-right isolate", "2067": "right-to-left isolate",
  "2069": "pop directional isolate", FEFF: "zero width no-break space",
};

/** As JSON and JavaScript write it: `\u202E`; a character outside the first plane has two. */
function escape(hidden) {
  return hidden.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join("");
}

function mark(escaped) {
  const name = NAMES[escaped.slice(2).toUpperCase()];
  return h("span", { class: "unseen", title: name ? `Hidden character: ${name}` : "Hidden character" }, escaped);
}

function marked(text, hidden) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(hidden)) {
    parts.push(text.slice(end, found.index), mark(escape(found[0])));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

/** A text of one line, to be put into an element. */
export function visible(text) {
  return marked(String(text), IN_LINE);
}

/** A text of several lines, to be put into an element. */
export function visibleLines(text) {
  return marked(text, IN_LINES);
}

/** A text for an attribute, which cannot hold marks. */
export function visibleText(text) {
  return String(text).replace(IN_LINE, escape);
}

/** JSON of the same value, in which every hidden character is an escape. */
export function json(value) {
  return JSON.stringify(value, null, 2).replace(IN_LINES, escape);
}

/** What `json` wrote, to be put into an element. A backslash that is itself escaped begins no escape. */
export function visibleJson(text) {
  return text.split(/(\\\\|\\u[0-9a-fA-F]{4})/).map((part) => (part.startsWith("\\u") ? mark(part) : part));
}
