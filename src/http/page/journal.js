// What the clients asked and got: newest first, as it happens, without moving what somebody is reading.

import { call, changes } from "./admin.js";
import { act, button, card, problem, tell } from "./card.js";
import { copy, h, put, say } from "./dom.js";
import { follow } from "./follow.js";
import { BUILT_IN } from "./keys.js";
import { row } from "./record.js";
import { state } from "./state.js";

const MOST = 200;
const AT_FIRST = 50;
const STATUSES = [["", "All statuses"], ["2xx", "2xx answered"], ["4xx", "4xx refused"], ["5xx", "5xx failed"], ["0", "No answer"]];

const list = h("ol", { class: "plain requests", "aria-label": "Requests, newest first" });
/** The rows that are in the list, by the request's identifier. */
let rows = new Map();
let visible = AT_FIRST;
/** What has come in while somebody was reading. */
let waiting = null;
const showWaiting = button("", () => place(waiting), { class: "primary waiting", hidden: true });
const more = button(`Show more of the newest ${MOST}`, () => {
  visible = MOST;
  bound();
}, { hidden: true });

export function mountJournal(column) {
  const count = h("p", { class: "small soft" });
  const wrong = problem();
  const nothing = h("div", { class: "empty", hidden: true });
  const status = h("select", { on: { change: anew } }, STATUSES.map(([value, text]) => h("option", { value }, text)));
  const key = h("select", { on: { change: anew } });
  const ofPage = h("input", { type: "checkbox", on: { change: anew } });
  const names = new Set();
  let shownOf = "";

  function anew() {
    return reload();
  }

  function showKeys() {
    const chosen = key.value;
    put(key, h("option", { value: "" }, "All keys"), [...names].sort().map((name) => h("option", { value: name }, name)));
    key.value = names.has(chosen) ? chosen : "";
  }

  const reload = follow(["world", "requests"], async () => {
    const query = { limit: MOST };
    if (!ofPage.checked) query.fromPage = "false";
    if (status.value !== "") query.status = status.value;
    if (key.value !== "") query.key = key.value;
    const of = JSON.stringify([state().session, changes()?.world, query]);
    const { ok, json, details } = await call("GET", "/requests", { query });
    tell(wrong, ok ? "" : details);
    if (!ok) return false;
    const known = names.size;
    for (const { key } of json.requests) if (key) names.add(key.name);
    if (names.size !== known) showKeys();
    take(json.requests, of !== shownOf);
    shownOf = of;
    count.textContent = counted(json);
    put(nothing, json.count === 0 && (status.value || key.value ? filtered() : untouched()));
    nothing.hidden = json.count > 0;
    return true;
  });

  function filtered() {
    const all = () => {
      status.value = key.value = "";
      return anew();
    };
    return [h("p", {}, "No request passes these filters."), button("Show all requests", all)];
  }

  async function clear() {
    const { ok } = await act(wrong, ({ removed }) => `The journal is empty; ${removed} requests were in it.`, "DELETE", "/requests");
    if (ok) await reload();
  }

  showKeys();
  column.append(card("Requests", count,
    h("div", { class: "row tools" },
      h("label", { class: "field" }, h("span", {}, "Status"), status),
      h("label", { class: "field" }, h("span", {}, "Key of"), key),
      h("label", { class: "check" }, ofPage, " Show this page's requests"),
      button("Clear the journal", clear, { class: "last" })),
    wrong, showWaiting, nothing, list, more));
  // Nobody reads any more: what came meanwhile may come in.
  list.addEventListener("toggle", () => waiting && !isRead() && place(waiting), true);
}

function counted({ count, dropped }) {
  const shown = count > MOST ? `the newest ${MOST} of ${count.toLocaleString()}` : `${count.toLocaleString()} ${count === 1 ? "request" : "requests"}`;
  return dropped > 0 ? `${shown}; ${dropped.toLocaleString()} older ones were dropped` : shown;
}

/** What to do when no client has asked. */
function untouched() {
  const key = BUILT_IN[0]?.token ?? "KEY";
  const session = state().session;
  const line = `curl -H 'Authorization: Bearer ${session === "" ? key : `${key}~${session}`}' \\\n  '${location.origin}/api/v1/audit-logs?page=0&pageSize=50'`;
  const copying = button("Copy", () => copy(line, copying));
  return [h("p", {}, "No client has asked yet. Whatever it asks stands here a moment later; try it:"), h("pre", { tabindex: "0", "aria-label": "A first request" }, line), copying];
}

/** Takes what the journal holds: at once, or when whoever is reading wants it. */
function take(records, isAnother) {
  const fresh = records.filter(({ id }) => !rows.has(id)).length;
  if (isAnother || fresh === 0 || !isRead()) return place(records, isAnother);
  waiting = records;
  showWaiting.textContent = `Show ${fresh === MOST ? "more" : fresh} new ${fresh === 1 ? "request" : "requests"}`;
  showWaiting.hidden = false;
}

/** Whether somebody is at the list: a row is unfolded, the list is scrolled into, the keyboard or a selection is in it. */
function isRead() {
  return list.querySelector("[open], :focus-visible") !== null
    || list.getBoundingClientRect().top < 0
    || (!getSelection().isCollapsed && list.contains(getSelection().anchorNode));
}

/** Rows that are known stay as they are. */
function place(records, isAnother = false) {
  const wasFocused = document.activeElement === showWaiting;
  waiting = null;
  showWaiting.hidden = true;
  if (isAnother) {
    rows.clear();
    list.replaceChildren();
    visible = AT_FIRST;
  }
  const ids = new Set(records.map(({ id }) => id));
  for (const [id, known] of rows) {
    if (ids.has(id)) continue;
    known.remove();
    rows.delete(id);
  }
  for (const record of records.toReversed()) {
    if (rows.has(record.id)) continue;
    const made = row(record);
    if (!isAnother) made.classList.add("arrived");
    rows.set(record.id, made);
    list.prepend(made);
  }
  bound();
  if (wasFocused) list.querySelector("summary")?.focus();
}

function bound() {
  [...list.children].forEach((row, number) => (row.hidden = number >= visible));
  more.hidden = list.children.length <= visible;
}

/** Shows a request that is in the list. */
export function reveal(id) {
  if (waiting) place(waiting);
  const row = rows.get(id);
  if (!row) return say("That request is not among those shown; see its filters.");
  row.hidden = false;
  row.querySelector("details").open = true;
  row.scrollIntoView({ block: "center" });
  row.querySelector("summary").focus();
}
