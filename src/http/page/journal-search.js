// The search of the journal: `name=value` is a filter of the control plane, any other word is looked for in what a row shows.

import { nameOf } from "./keys.js";
import { LISTS } from "./state.js";
import { decoded, keyOf, phrase } from "./words.js";

/** The filters of `/__admin/requests` that are typed; status and key have lists of their own. */
export const FILTERS = [
  "userAgent", "rule", "answeredBy", "method", "path", "since", "until", "traceparent", "status", "key",
  "page", "pageSize", "startTime", "endTime", ...LISTS,
];

/** `{filters, words}` of what was typed; `filters` are pairs of name and value. */
export function parsed(text) {
  const filters = [];
  const words = [];
  for (const part of text.split(/\s+/).filter((part) => part !== "")) {
    const [name, ...value] = part.split("=");
    if (value.length > 0 && FILTERS.includes(name)) filters.push([name, name === "key" ? nameOf(value[0]) : value.join("=")]);
    else words.push(part.toLowerCase());
  }
  return { filters, words };
}

/** Whether a record has all words. */
export function hasWords(record, words) {
  if (words.length === 0) return true;
  const { id, method, path, query, status, problem, findings, address, httpVersion, headers } = record;
  const texts = [
    id, method, path, query, decoded(query.replaceAll("+", " ")), status, phrase(status), keyOf(record), problem, address, httpVersion,
    ...Object.values(headers), ...findings.flatMap(({ rule, message }) => [rule, message]),
  ];
  const text = texts.join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}
