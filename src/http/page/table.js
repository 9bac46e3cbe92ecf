// The entries as a table, one row of which can be chosen with the mouse or the keys.

import { onChanges, worldNow } from "./admin.js";
import { h, put } from "./dom.js";
import { idOf } from "./entry-id.js";
import { onPreference, preference } from "./preferences.js";
import { local, shown } from "./time.js";
import { visible, visibleText } from "./visible.js";

const COLUMNS = ["Actor", "Action", "Object type", "Object identifier", "IP address"];
/** Why an entry has no actor. */
export const NO_ACTOR = "The API names no actor: such as a change by GitOps or an import";
/** How long a row is marked as new. */
const NEW = 60_000;
/** A distance from now is written anew after this. */
const RELATIVE = 10_000;

/** Here each entry is two lines; entries.css has the same width. */
const narrow = matchMedia("(max-width: 720px)");

/** `onChosen(entry, how)` is called when a row is chosen; `how` is `step` when somebody goes from row to row. */
export function mountTable(root, { onChosen }) {
  const body = h("tbody", { role: "rowgroup" });
  const date = h("th", { role: "columnheader", scope: "col", "aria-sort": "descending", title: "Newest first" });
  const table = h("table", { role: "grid", "aria-label": "Entries", "aria-readonly": "true", hidden: true, class: "entries" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
      COLUMNS.map((name) => h("th", { role: "columnheader", scope: "col" }, name)), date)),
    body);
  const skeleton = h("div", { class: "skeleton", "aria-hidden": "true", hidden: true }, Array.from({ length: 8 }, () => h("div")));
  put(root, skeleton, table);
  /** {key, entry, row}, as they are shown. */
  let lines = [];
  let chosen = null;
  let total = null;
  let written = 0;

  table.addEventListener("click", (event) => {
    const line = lineOf(event.target);
    // Whoever marks text with the mouse wants to copy it.
    if (line && String(getSelection()) === "") choose(line, "open");
  });
  table.addEventListener("keydown", (event) => {
    const line = lineOf(event.target);
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = lines.indexOf(line);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") choose(line, "open");
    else if (target !== undefined) focus(lines[Math.min(Math.max(target, 0), lines.length - 1)]);
    else return;
    event.preventDefault();
  });

  function lineOf(element) {
    const row = element.closest("tbody tr");
    return row && lines.find((line) => line.row === row);
  }

  function focus(line) {
    reachable(line);
    line.row.focus();
    if (chosen) choose(line, "step");
  }

  /** One row takes part in the order of Tab; arrows lead to the others. */
  function reachable(line) {
    for (const { row } of lines) row.tabIndex = row === line?.row ? 0 : -1;
  }

  function choose(line, how) {
    mark(line);
    reachable(line);
    onChosen(line.entry, how);
  }

  function mark(line) {
    chosen = line;
    for (const { row } of lines) row.setAttribute("aria-selected", String(row === line?.row));
  }

  function writeTimes() {
    const times = preference("times");
    put(date, "Date", times !== "relative" && h("span", { class: "zone" }, times === "utc" ? " (UTC)" : " (local)"));
    for (const { entry, row } of lines) {
      const time = row.querySelector("time");
      time.textContent = timeOf(entry);
    }
    written = performance.now();
  }

  /**
   * Shows an answer. Rows that were there stay the same elements. Marked as new are: with `unknown`, those that were not
   * there; with a number, so many at the top.
   */
  function show({ logs, total: all }, { marking }) {
    const kept = new Map();
    for (const line of lines) kept.set(line.key, [...(kept.get(line.key) ?? []), line]);
    const wasEmpty = total === null;
    lines = logs.map((entry, place) => {
      const key = JSON.stringify(entry);
      const line = kept.get(key)?.shift() ?? { key, entry, row: rowOf(entry) };
      const fresh = marking === "unknown" ? line.row.parentNode === null && !wasEmpty : place < marking;
      if (fresh) markNew(line.row);
      return line;
    });
    total = all;
    const focused = document.activeElement;
    // Only what is another is touched: a row that is moved in the document loses the focus.
    const stay = new Set(lines.map(({ row }) => row));
    for (const row of [...body.children]) if (!stay.has(row)) row.remove();
    lines.forEach(({ row }, place) => {
      if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
    });
    skeleton.hidden = true;
    table.hidden = lines.length === 0;
    mark(lines.includes(chosen) ? chosen : null);
    reachable(lines.find(({ row }) => row === focused) ?? chosen ?? lines[0]);
    // With its row, the focus would be gone from the table.
    if (focused?.closest("tr") && !focused.isConnected) lines[0]?.row.focus();
  }

  onPreference((name) => name === "times" && writeTimes());
  narrow.addEventListener("change", writeTimes);
  onChanges(() => {
    if (preference("times") === "relative" && performance.now() - written > RELATIVE) writeTimes();
  });
  writeTimes();

  return {
    show,
    clear() {
      lines = [];
      chosen = null;
      total = 0;
      put(body);
      table.hidden = true;
      skeleton.hidden = true;
    },
    /** In place of entries that are not there yet. */
    showSkeleton() {
      if (lines.length === 0) skeleton.hidden = false;
    },
    /** Whether nothing was ever shown. */
    isUntouched: () => total === null,
    /** How many entries matched when it was last told. */
    total: () => total,
    /** Whether somebody stands in the rows below the first. */
    isRead: () => lines.slice(1).some(({ row }) => row === document.activeElement),
    /** Marks the row of an entry; answers the entry, or null where no row shows it. */
    find(id) {
      const line = lines.find(({ entry }) => idOf(entry) === id) ?? null;
      mark(line);
      if (line) reachable(line);
      return line?.entry ?? null;
    },
    hasChosen: () => chosen !== null,
    /** Goes to the next row, or with -1 to the one before. */
    step(by) {
      const at = lines.findIndex((line) => (chosen ? line === chosen : line.row === document.activeElement));
      const line = lines[at < 0 ? 0 : at + by];
      if (!line) return;
      line.row.scrollIntoView({ block: "nearest" });
      if (chosen) choose(line, "step");
      else focus(line);
    },
    focusFirst: () => lines[0]?.row.focus({ preventScroll: true }),
    /** Nothing is chosen any more; the focus goes back to where it came from. */
    unchoose() {
      const row = chosen?.row ?? lines[0]?.row;
      mark(null);
      row?.focus();
    },
  };
}

function timeOf({ timestamp }) {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? visibleText(timestamp) : shown(date, worldNow(), narrow.matches);
}

function rowOf(entry) {
  const cell = (name, ...content) => h("td", { role: "gridcell", "data-label": name }, content);
  const text = (value) => (value === undefined || value === null
    ? h("span", { class: "soft" }, "–")
    : h("span", { class: "clamp", title: visibleText(value) }, visible(value)));
  const date = new Date(entry.timestamp);
  const also = Number.isNaN(date.getTime()) ? "" : ` · ${local(date)}`;
  const actor = entry.actorIdentifier ?? h("abbr", { class: "soft", title: NO_ACTOR }, "N/A");
  return h("tr", { role: "row", tabindex: "-1", "aria-selected": "false" },
    cell("Actor", typeof actor === "string" ? text(actor) : actor),
    cell("Action", badge(entry.action)),
    cell("Object type", h("span", { class: "type" }, text(entry.objectType))),
    cell("Object identifier", text(entry.objectIdentifier)),
    cell("IP address", h("span", { class: "mono" }, text(entry.ipAddress))),
    cell("Date", h("time", { datetime: entry.timestamp, title: `${visibleText(entry.timestamp)} (UTC)${also}` }, timeOf(entry))));
}

/** What was done, in its colour. */
export function badge(action) {
  return h("span", { class: `badge ${["CREATE", "UPDATE", "DELETE"].includes(action) ? action : ""}` }, visible(action));
}

function markNew(row) {
  const mark = h("span", { class: "pill new" }, "new");
  row.classList.add("arrived");
  row.querySelector("[data-label=Date]").append(" ", mark);
  setTimeout(() => {
    row.classList.remove("arrived");
    mark.remove();
  }, NEW);
}
