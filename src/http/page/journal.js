// What the clients asked and got: newest first, as it happens, without moving what somebody is reading.

import { call, changes } from "./admin.js";
import { BASE_URL } from "./api.js";
import { act, button, card, checkbox, counted, field, hint } from "./card.js";
import { copy, h, put, say } from "./dom.js";
import { follow } from "./follow.js";
import { BUILT_IN } from "./keys.js";
import { row } from "./record.js";
import { state } from "./state.js";

const MOST = 200;
const STATUSES = [["", "All statuses"], ["2xx", "2xx answered"], ["4xx", "4xx refused"], ["5xx", "5xx failed"], ["0", "No answer"]];

const list = h("ol", { class: "plain requests", "aria-label": "Requests, newest first" });
/** The rows that are in the list, by the request's identifier. */
const rows = new Map();
/** Reads the journal anew, once there is one. */
let reload = () => {};
/** What has come in while somebody was reading. */
let waiting = null;
const showWaiting = button("", () => {
  place(waiting);
  list.querySelector("summary")?.focus();
}, { class: "primary waiting", hidden: true });

export function mountJournal(column) {
  const count = hint();
  const nothing = h("div", { class: "empty" });
  const status = h("select", { on: { change: () => reload() } }, STATUSES.map(([value, text]) => h("option", { value }, text)));
  const key = h("select", { on: { change: () => reload() } }, h("option", { value: "" }, "All keys"));
  const [ofPage, alsoOfPage] = checkbox("Show this page's requests", { on: { change: () => reload() } });
  const names = new Set();
  let shown = "";

  reload = follow(["world", "requests"], async () => {
    const query = { limit: MOST };
    if (!ofPage.checked) query.fromPage = "false";
    if (status.value !== "") query.status = status.value;
    if (key.value !== "") query.key = key.value;
    const asked = JSON.stringify([state().session, changes()?.world, query]);
    const { ok, json, details } = await call("GET", "/requests", { query });
    if (!ok) {
      count.textContent = details;
      return false;
    }
    take(json.requests, asked !== shown);
    shown = asked;
    for (const record of json.requests) {
      if (!record.key || names.has(record.key.name)) continue;
      names.add(record.key.name);
      key.append(h("option", {}, record.key.name));
    }
    count.textContent = `${json.count > MOST ? `The newest ${MOST} of ` : ""}${counted(json.count, "request")}`
      + (json.dropped > 0 ? `; ${json.dropped.toLocaleString()} older ones were dropped` : "");
    put(nothing, json.count === 0 && (status.value || key.value ? hint("No request passes: choose another status or key.") : untouched()));
  });

  const clear = () => act(({ removed }) => `Cleared ${counted(removed, "request")}.`, "DELETE", "/requests");

  column.append(card("Requests", count,
    h("div", { class: "row" }, field("Status", status), field("Key of", key), alsoOfPage, button("Clear the journal", clear, { class: "last" })),
    showWaiting, nothing, list));
  // Nobody reads any more: what came meanwhile may come in.
  list.addEventListener("toggle", () => waiting && !isRead() && place(waiting), true);
}

/** What to do when no client has asked. */
function untouched() {
  const { session } = state();
  const token = `${BUILT_IN[0]?.token ?? "KEY"}${session && `~${session}`}`;
  const line = `curl -H 'Authorization: Bearer ${token}' \\\n  '${BASE_URL}/api/v1/audit-logs?page=0&pageSize=50'`;
  const copying = button("Copy", () => copy(line, copying));
  return [h("p", {}, "No client has asked yet. What one asks stands here a moment later; try it:"), h("pre", { tabindex: "0", "aria-label": "A request" }, line), copying];
}

/** Takes what the journal holds: at once, or when whoever is reading wants it. */
function take(records, isAnother) {
  const fresh = records.filter(({ id }) => !rows.has(id)).length;
  if (isAnother || fresh === 0 || !isRead()) return place(records, isAnother);
  waiting = records;
  showWaiting.textContent = `Show ${counted(fresh, "new request")}`;
  showWaiting.hidden = false;
}

/** Whether somebody is at the list: a row is unfolded, the list is scrolled into, or the keyboard is in it. */
function isRead() {
  return list.querySelector("[open], :focus-visible") !== null || list.getBoundingClientRect().top < 0;
}

/** Rows that are known stay as they are. */
function place(records, isAnother) {
  waiting = null;
  showWaiting.hidden = true;
  const ids = new Set(isAnother ? [] : records.map(({ id }) => id));
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
}

/** Shows a request that is in the list, or would be if the journal were read. */
export async function reveal(id) {
  if (!rows.has(id)) await reload();
  if (waiting) place(waiting);
  const details = rows.get(id)?.firstChild;
  if (!details) return say("That request is not among those shown.");
  details.open = true;
  details.scrollIntoView({ block: "center" });
  details.firstChild.focus();
}
