// An answer that holds no entries because something went wrong: what happened, what a client should do, and what to do here.

import { controlAccess } from "./admin.js";
import { h, put, say } from "./dom.js";
import { BUILT_IN, choose, key } from "./keys.js";
import { refresh } from "./question.js";
import { change, isFiltered, state, unfiltered } from "./state.js";

const REASONS = {
  400: ["The API does not understand this request", "Do not send it again unchanged: the answer will be the same. Fix the parameters named above."],
  401: ["The API does not accept this key", "Do not retry. The key is missing, mistyped, revoked or expired: use a valid one."],
  403: ["This key may not read audit logs", "Do not retry. The key is valid, but none of its roles has the permission “View audit logs”: give it one that has, or use another key."],
  404: ["There is nothing at this address", "Do not retry. Check the base URL and the path: /api/v1/audit-logs."],
  408: ["The request took too long to arrive", "Send it again; a GET needs no body."],
  429: ["Too many requests", "Wait as many seconds as Retry-After says, then continue where you were. Earlier requests are refused again."],
};
const BROKEN = "Treat it as no response: retry after a pause that grows with each attempt, and give up after a few. A GET is safe to repeat.";
const FAILED = "Retry after Retry-After if it is sent, otherwise after a pause that grows with each attempt. Give up after a few.";

/** Shows it in `root`. Answers a function that stops whatever counts down. */
export function showTrouble(root, answer) {
  const { title, happened, advice } = explained(answer);
  const wait = Number.parseInt(answer.headers.get("retry-after") ?? answer.json?.retryAfter ?? "", 10);
  const count = h("p", { class: "count-down", role: "timer" });
  const actions = h("div", { class: "row" }, nextSteps(answer));
  put(root, h("div", { class: `told trouble s${String(answer.status)[0]}` },
    h("h2", {}, answer.status > 0 && h("span", { class: `badge s${String(answer.status)[0]}` }, String(answer.status)), " ", title),
    happened,
    h("p", {}, h("strong", {}, "What a client should do: "), advice),
    Number.isFinite(wait) && count, actions));
  say(`${title}. ${answer.json?.details ?? answer.json?.detail ?? ""}`);
  return Number.isFinite(wait) ? countDown(count, wait, answer.status === 429) : () => {};
}

function explained(answer) {
  const { status, json, bytes } = answer;
  if (status === 0) return { title: "Connection lost before the response was complete", happened: h("p", {}, answer.failure), advice: BROKEN };
  if (status < 400) {
    return {
      title: json === null ? "The response is not JSON" : "The response is not a page of audit logs",
      happened: h("p", {}, `The status is ${status}, yet the ${bytes.toLocaleString()} bytes of the body are ${json === null ? "cut off or garbled" : "something else"}.`),
      advice: `Never trust the status alone: read the whole body before using any of it. ${BROKEN}`,
    };
  }
  const [title, advice] = REASONS[status] ?? (status >= 500
    ? ["The server failed", FAILED]
    : [answer.reason || "The API refuses the request", "Do not send it again unchanged."]);
  return { title, happened: details(json?.details ?? json?.detail ?? answer.text.slice(0, 500)), advice };
}

/** What the API says; several problems as it numbers them. */
function details(text) {
  const several = /^\d+ problems\. 1\) /.test(text) && text.split(/ \d+\) /).slice(1);
  return h("div", { class: "said" }, h("strong", {}, "The API says: "),
    several ? h("ol", {}, several.map((problem) => h("li", {}, problem))) : text);
}

function nextSteps({ status, json }) {
  const retry = button(status === 429 ? "Ask anyway" : "Retry", () => refresh(), status !== 429);
  const faults = controlAccess() !== "off" && /\bfault\b/.test(json?.details ?? json?.detail ?? "fault")
    && button("Show faults", () => change({ tab: "control", panel: "faults" }));
  if (status === 400) {
    return [
      isFiltered(state()) && button("Clear all filters", () => change(unfiltered()), true),
      button("Retry", () => refresh()),
    ];
  }
  if (status === 401 || status === 403) return [anotherKey(), faults];
  return [retry, status === 429 && anotherKey(), faults];
}

function anotherKey() {
  const works = BUILT_IN[0]?.token;
  if (works && key() !== works) return button(`Use ${works}`, () => choose(works), true);
  return button("Choose another key", () => document.querySelector("#token:not([hidden]), #key").focus());
}

function button(text, click, primary = false) {
  return h("button", { class: primary ? "primary" : "", on: { click } }, text);
}

/** Counts the seconds that the answer says to wait; `retries` asks again at their end. */
function countDown(element, seconds, retries) {
  const until = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.max(Math.ceil((until - Date.now()) / 1000), 0);
    const said = `Retry-After: ${seconds} s.`;
    element.textContent = retries
      ? `${said} This page retries in ${left} s.`
      : `${said} ${left > 0 ? `A client may retry in ${left} s.` : "A client may retry now."}`;
    if (left > 0) return;
    clearInterval(timer);
    if (retries && state().tab === "logs") refresh();
  };
  const timer = setInterval(tick, 250);
  tick();
  return () => clearInterval(timer);
}
