// A request of the journal: a line for the eye, and all of it on demand.

import { copy, h, put } from "./dom.js";
import { change, LISTS, read, state, written } from "./state.js";
import { clockTime, local } from "./time.js";
import { answeredBy, decoded, keyOf, parametersOf, phrase, shortened, took } from "./words.js";
import { button } from "./card.js";

const LOGS = "/api/v1/audit-logs";
/** In the line; all of it is in the unfolded part. */
const LONGEST = 60;
const MOST_PARAMETERS = 10;
const MOST_FINDINGS = 3;

export function row(record) {
  const { status, time, method, path, durationMicroseconds, fromPage } = record;
  const all = h("div", { class: "all" });
  const details = h("details", { on: { toggle: () => details.open && !all.hasChildNodes() && put(all, everything(record)) } },
    h("summary", {},
      h("span", { class: "when mono", title: `${time} (UTC)` }, clockTime(new Date(time))),
      h("span", { class: "outcome" }, h("span", { class: `badge s${Math.floor(status / 100)}`, title: phrase(status) }, status === 0 ? "none" : status)),
      h("span", { class: "asked" },
        h("span", { class: "line mono" }, h("b", {}, method), " ", shortened(decoded(path), 2 * LONGEST), query(record)),
        remarks(record)),
      h("span", { class: "whose" }, keyOf(record), fromPage && [" ", h("span", { class: "pill" }, "this page")]),
      h("span", { class: "took" }, took(durationMicroseconds))),
    all);
  return h("li", {}, details);
}

function query({ query }) {
  const parameters = parametersOf(query);
  const shown = parameters.slice(0, MOST_PARAMETERS).map(([name, value], number) => [
    h("wbr"),
    h("span", { class: "soft" }, `${number === 0 ? "?" : "&"}${shortened(name, LONGEST)}${value === null ? "" : "="}`),
    value && shortened(value, LONGEST),
  ]);
  const further = parameters.length - MOST_PARAMETERS;
  return [shown, further > 0 && h("span", { class: "soft" }, ` … and ${further} more`)];
}

/** What is to be said of it at first sight. */
function remarks(record) {
  const { status, findings, problem } = record;
  const by = answeredBy(record);
  const outcome = status >= 400 || status === 0 ? `${phrase(status)}${by ? ` ${by}` : ""}` : by && `Answered ${by}`;
  return [
    outcome && h("span", { class: "remark outcome-words" }, outcome),
    problem && h("span", { class: "remark" }, problem),
    findings.slice(0, MOST_FINDINGS).map(finding),
    findings.length > MOST_FINDINGS && h("span", { class: "remark" }, `and ${findings.length - MOST_FINDINGS} more`),
  ];
}

function finding({ severity, message, rule }) {
  return h("span", { class: `remark ${severity}` }, message, " ", h("span", { class: "pill" }, rule));
}

function everything(record) {
  const { id, time, method, path, query, parsedQuery, status, durationMicroseconds, findings, problem, fromPage } = record;
  const copying = button("Copy", () => copy(id, copying), { class: "quiet" });
  const facts = [
    ["X-Request-Id", [h("code", {}, id), " ", copying]],
    ["Time", [local(new Date(time)), h("span", { class: "soft" }, ` · ${time}`)]],
    ["Request", h("code", {}, `${method} ${path}`)],
    ["Query as sent", h("code", {}, query || "none")],
    ["Query decoded", query && h("ul", { class: "plain mono" }, parametersOf(query).map(([name, value]) => h("li", {}, h("span", { class: "soft" }, `${name}${value === null ? "" : " = "}`), value)))],
    ["Query as understood", h("code", {}, parsedQuery ? JSON.stringify(parsedQuery, null, 1) : "not at all")],
    ["Key", keyOf(record)],
    ["Status", status === 0 ? "none: the connection was closed, or the client went away" : `${status} ${phrase(status)}`],
    ["Answered", answeredBy(record) ?? "by the operation"],
    ["Took", took(durationMicroseconds)],
    ["Problem", problem],
    ["Findings", findings.length > 0 && h("ul", { class: "plain" }, findings.map((found) => h("li", {}, finding(found),
      h("span", { class: "soft" }, ` ${found.severity}`, found.nearest && `, nearest: ${found.nearest}`))))],
    ["Sent by", fromPage ? "this page" : "a client"],
  ];
  return [
    h("dl", {}, facts.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    decoded(path).replace(/\/$/, "") === LOGS && inLogs(record),
  ];
}

/** The way to the other view, with the filters of this request. */
function inLogs({ query, parsedQuery }) {
  const next = () => ({ ...asked(query, parsedQuery), tab: "logs", key: state().key, session: state().session });
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    change(next());
  };
  return h("p", {}, h("a", { href: written(next()), on: { click: open } }, "Open this query in the audit logs"));
}

/** The state of a query: as the server understood it; as it was sent, when it did not. */
function asked(query, parsed) {
  const state = read(query);
  if (!parsed) return state;
  for (const name of ["page", "pageSize", "startTime", "endTime"]) if (parsed[name] !== undefined) state[name] = parsed[name];
  for (const name of LISTS) state[name] = parsed[name] ?? [];
  return state;
}
