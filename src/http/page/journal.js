// The requests of clients: newest first, as they come, without moving what is being read.

import { call, changes } from "./admin.js";
import { BASE_URL } from "./api.js";
import { act, button, checkbox, counted, field, hint } from "./card.js";
import { copy, h, put, say } from "./dom.js";
import { follow } from "./follow.js";
import { FILTERS, hasWords, parsed } from "./journal-search.js";
import { BUILT_IN, tokenOf } from "./keys.js";
import { row } from "./record.js";
import { save } from "./save.js";
import { state } from "./state.js";

const MAX_ROWS = 200;
/** The page looks for words itself, in so many of the newest requests. */
const MAX_SEARCHED = 2000;
/** Between the last key and the search. */
const TYPING_PAUSE = 200;
const STATUSES = [["", "All statuses"], ["2xx", "2xx success"], ["4xx", "4xx client error"], ["5xx", "5xx server error"], ["0", "No response"]];

const list = h("ol", { class: "plain requests", "aria-label": "Requests, newest first" });
const scroller = h("div", { class: "requests-scroll" }, h("div", { class: "requests-head", "aria-hidden": "true" },
  ["Time", "Status", "Request", "Key", "Size", "Duration"].map((head) => h("span", {}, head))), list);
/** The rows in the list, by the identifier of the request. */
const rows = new Map();
/** Reads the journal again, once there is one. */
let reload = () => {};
/** What has come in while somebody was reading. */
let waiting = null;
const showWaiting = button("", () => {
  place(waiting);
  list.querySelector("summary")?.focus();
}, { class: "primary waiting", hidden: true });

export function mountJournal(root) {
  const count = h("p", { class: "small soft", role: "status" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const nothing = h("div", { class: "empty" });
  const again = { change: () => reload() };
  const search = h("input", {
    type: "search", placeholder: "Search, or name=value such as userAgent=curl", autocomplete: "off", spellcheck: "false",
    "aria-label": "Search requests", list: "journal-filters", class: "journal-search", on: { input: typed, change: typed },
  });
  const names = h("datalist", { id: "journal-filters" }, FILTERS.map((name) => h("option", { value: `${name}=` })));
  const status = h("select", { on: again }, STATUSES.map(([value, text]) => h("option", { value }, text)));
  const key = h("select", { on: again }, h("option", { value: "" }, "All keys"));
  const [ofPage, alsoOfPage] = checkbox("Include this page", { on: again });
  const known = new Set();
  let timer;
  let shown = "";

  function typed() {
    clearTimeout(timer);
    timer = setTimeout(reload, TYPING_PAUSE);
  }

  /** The query of the listing, and the words that the page looks for itself. */
  function question() {
    const { filters, words } = parsed(search.value);
    if (!ofPage.checked) filters.push(["fromPage", "false"]);
    if (status.value !== "") filters.push(["status", status.value]);
    if (key.value !== "") filters.push(["key", key.value]);
    return { filters, words };
  }

  reload = follow(["world", "requests"], async () => {
    const { filters, words } = question();
    const asked = JSON.stringify([state().session, changes()?.world, filters, words]);
    const limit = words.length > 0 ? MAX_SEARCHED : MAX_ROWS;
    const answer = await call("GET", "/requests", { query: [...filters, ["limit", limit]] });
    const { ok, json } = answer;
    problem.hidden = ok;
    problem.textContent = answer.details;
    // A filter that is not understood stays so until it is another.
    if (!ok) return answer.status === 400;
    const found = json.requests.filter((record) => hasWords(record, words));
    take(found.slice(0, MAX_ROWS), asked !== shown);
    shown = asked;
    for (const record of json.requests) {
      if (!record.key || known.has(record.key.name)) continue;
      known.add(record.key.name);
      key.append(h("option", { value: record.key.name }, tokenOf(record.key.name)));
    }
    const all = words.length > 0 ? found.length : json.count;
    count.textContent = `${all > MAX_ROWS ? `newest ${MAX_ROWS} of ` : ""}${counted(all, "request")}`
      + (words.length > 0 && json.count > MAX_SEARCHED ? ` in the newest ${MAX_SEARCHED}` : "")
      + (json.dropped > 0 ? `, ${json.dropped.toLocaleString()} older ones dropped` : "");
    const isNarrowed = search.value.trim() !== "" || status.value !== "" || key.value !== "";
    put(nothing, all === 0 && (isNarrowed ? hint("No request matches.") : untouched()));
  });

  async function download() {
    const { filters, words } = question();
    const answer = await call("GET", "/requests", { query: filters });
    if (!answer.ok) return answer;
    const found = answer.json.requests.filter((record) => hasWords(record, words));
    save("requests.json", "application/json", `${JSON.stringify(found, null, 2)}\n`);
    say(`Saved ${counted(found.length, "request")}.`);
    return answer;
  }

  const clear = () => act(({ removed }) => `Cleared ${counted(removed, "request")}.`, "DELETE", "/requests");

  root.append(h("section", { class: "card", "aria-labelledby": "journal-title" },
    h("div", { class: "row between" },
      h("div", { class: "row" }, h("h2", { id: "journal-title" }, "Requests"), count),
      h("div", { class: "row" }, button("Download JSON", download), button("Clear the journal", clear, { class: "danger" }))),
    h("div", { class: "row journal-filters" }, search, names, field("Status", status), field("Key", key), alsoOfPage),
    problem, showWaiting, nothing, scroller));
  // Nobody reads any more: what came meanwhile may come in.
  list.addEventListener("toggle", () => waiting && !isRead() && place(waiting), true);
  scroller.addEventListener("scroll", () => waiting && !isRead() && place(waiting));
}

/** What to do when no client has sent anything. */
function untouched() {
  const { session } = state();
  const token = `${BUILT_IN[0]?.token ?? "KEY"}${session && `~${session}`}`;
  const line = `curl -H 'Authorization: Bearer ${token}' \\\n  '${BASE_URL}/api/v1/audit-logs?page=0&pageSize=50'`;
  const copying = button("Copy", () => copy(line, copying));
  return [h("p", {}, "No requests yet. Each appears here as it arrives. Try this one:"), h("pre", { tabindex: "0", "aria-label": "A request" }, line), copying];
}

/** Takes what the journal holds: at once, or when whoever is reading wants it. */
function take(records, isAnother) {
  const fresh = records.filter(({ id }) => !rows.has(id)).length;
  if (isAnother || fresh === 0 || !isRead()) return place(records, isAnother);
  waiting = records;
  showWaiting.textContent = `Show ${counted(fresh, "new request")}`;
  showWaiting.hidden = false;
}

/** Whether somebody is at the list: a row is unfolded, the list is scrolled, or the keyboard is in it. */
function isRead() {
  return list.querySelector("[open], :focus-visible") !== null || scroller.scrollTop > 0 || scroller.getBoundingClientRect().top < 0;
}

/** Rows that are known stay as they are. */
function place(records, isAnother) {
  waiting = null;
  showWaiting.hidden = true;
  scroller.hidden = records.length === 0;
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
