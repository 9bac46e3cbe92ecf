// A request of the journal: a line for the eye, and all of it on demand.

import { button, hint, list } from "./card.js";
import { copy, h, put } from "./dom.js";
import { withTokens } from "./keys.js";
import { curlOf, sendAgain } from "./resend.js";
import { change, LISTS, read, state, written } from "./state.js";
import { clockTime, local } from "./time.js";
import { json, visible, visibleJson } from "./visible.js";
import { answeredBy, decoded, intervention, isForAuditLogs, keyOf, parametersOf, phrase, size, took } from "./words.js";

/** In the line; all of it is in the unfolded part. */
const LONGEST = 60;
const MOST = { parameters: 10, findings: 3 };

export function row(record) {
  const { status, time, method, path, durationMicroseconds, responseBytes, fromPage } = record;
  const all = h("div", { class: "all" });
  const details = h("details", { on: { toggle: () => details.open && !all.hasChildNodes() && put(all, everything(record)) } },
    h("summary", {},
      h("span", { class: "when mono", title: `${time} (UTC)` }, clockTime(new Date(time))),
      h("span", { class: `badge s${Math.floor(status / 100)}` }, status || "none"),
      h("span", { class: "question" },
        h("span", { class: "mono" }, h("b", {}, method), " ", h("bdi", {}, visible(shortened(decoded(path)))), query(record)),
        remarks(record)),
      h("span", { class: "whose small" }, keyOf(record), fromPage && [" ", h("span", { class: "pill" }, "this page")]),
      h("span", { class: "number" }, size(responseBytes)),
      h("span", { class: "number" }, took(durationMicroseconds))),
    all);
  return h("li", {}, details);
}

function shortened(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function query({ query }) {
  const parameters = parametersOf(query);
  const further = parameters.length - MOST.parameters;
  return [
    parameters.slice(0, MOST.parameters).map(([name, value], number) => [h("wbr"), parameter(number === 0 ? "?" : "&", shortened(name), value && shortened(value))]),
    further > 0 && ` … and ${further} more`,
  ];
}

function parameter(before, name, value) {
  return [h("bdi", { class: "soft" }, before, visible(name), value === null ? "" : "="), value && h("bdi", {}, visible(value))];
}

/** What is to be said of it at first sight. */
function remarks(record) {
  const { status, findings, problem } = record;
  const by = intervention(record);
  const isRefused = status >= 400 || status === 0;
  // A problem says in a sentence what made it.
  const isExplained = problem || (isRefused && findings.length > 0);
  const outcome = isRefused ? `${phrase(status)}${by ? `, by ${by}` : ""}` : by && `Response by ${by}`;
  return [
    outcome && !isExplained && h("span", { class: "remark invalid" }, outcome),
    problem && h("span", { class: "remark invalid" }, visible(withTokens(problem))),
    findings.slice(0, MOST.findings).map(finding),
    findings.length > MOST.findings && h("span", { class: "remark" }, `and ${findings.length - MOST.findings} more`),
  ];
}

function finding({ severity, message, rule }) {
  return h("span", { class: `remark ${severity}` }, visible(withTokens(message)), " ", h("span", { class: "pill" }, rule));
}

function everything(record) {
  const { id, time, method, path, query, parsedQuery, status, durationMicroseconds, responseBytes, findings, problem, fromPage } = record;
  const { address, httpVersion, headers } = record;
  const isOfAuditLogs = isForAuditLogs(record);
  const copying = button("Copy", () => copy(id, copying), { class: "quiet" });
  const facts = {
    Problem: problem && visible(withTokens(problem)),
    Findings: findings.length > 0 && list(findings.map((found) => h("li", {}, finding(found), ` ${found.severity}`, found.nearest && `; nearest: ${found.nearest}`))),
    "As sent": h("code", {}, visible(`${method} ${path}${query && "?"}${query}`)),
    Decoded: query && list(parametersOf(query).map(([name, value]) => h("li", { class: "mono" }, parameter("", name, value)))),
    "As understood": isOfAuditLogs && h("code", {}, parsedQuery ? visibleJson(json(parsedQuery)) : "not at all"),
    Status: status === 0 ? "none: the connection was closed, or the client disconnected" : `${status} ${phrase(status)}`,
    "Response by": answeredBy(record),
    Size: responseBytes !== null && size(responseBytes),
    Duration: took(durationMicroseconds),
    Key: keyOf(record),
    Client: `${fromPage ? "this page, " : ""}${address}, ${httpVersion}`,
    Headers: Object.keys(headers).length > 0
      && list(Object.entries(headers).map(([name, value]) => h("li", { class: "mono" }, h("span", { class: "soft" }, `${name}: `), h("bdi", {}, visible(value))))),
    Time: `${local(new Date(time))} · ${time}`,
    "X-Request-Id": [h("code", {}, id), " ", copying],
  };
  return [
    actions(record, isOfAuditLogs),
    h("dl", {}, Object.entries(facts).filter(([, fact]) => fact).map(([name, fact]) => h("div", {}, h("dt", {}, name), h("dd", {}, fact)))),
  ];
}

function actions(record, isOfAuditLogs) {
  const outcome = h("div", { role: "status" });
  const copyCurl = button("Copy as curl", () => copy(curlOf(record), copyCurl));
  const copyJson = button("Copy JSON", () => copy(json(record), copyJson));
  const send = button("Send again", async () => {
    const { status, bytes, milliseconds } = await sendAgain(record);
    put(outcome, hint("Sent again: ", h("span", { class: `badge s${Math.floor(status / 100)}` }, status || "none"), ` ${phrase(status)}`,
      status > 0 && `, ${size(bytes)} in ${took(Math.round(milliseconds * 1000))}`));
  });
  return h("div", { class: "row" }, copyCurl, send, copyJson, isOfAuditLogs && inLogs(record), outcome);
}

/** The way to the other view, with the query of this request: as the server understood it, or else as it was sent. */
function inLogs({ query, parsedQuery }) {
  const { session, key } = state();
  const asked = read(query);
  if (parsedQuery) for (const name of [...LISTS, "page", "pageSize", "startTime", "endTime"]) asked[name] = parsedQuery[name] ?? (LISTS.includes(name) ? [] : "");
  const next = { ...asked, tab: "logs", session, key, panel: state().panel, faults: state().faults };
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    change({ ...next, key: state().key });
  };
  return h("a", { href: written(next), on: { click: open } }, "Open this query in the audit logs");
}
