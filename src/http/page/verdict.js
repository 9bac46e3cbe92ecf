// How the clients did, in words, with what to do about it.

import { call } from "./admin.js";
import { button, card, counted, hint, list } from "./card.js";
import { h, put } from "./dom.js";
import { follow } from "./follow.js";
import { reveal } from "./journal.js";

/** What is expected of a client: in words when it is kept, and when it is not. */
const EXPECTATIONS = {
  complete: ["Everything was read", "Not everything was read"],
  "no-duplicates": ["Nothing was read twice in one crawl", "Some was read twice in one crawl"],
  "no-rereads": ["Read again as far as is meant", "Read again more than is meant"],
  "no-gaps": ["No gaps in time", "Gaps in time"],
  polite: ["Polite", "Not polite"],
  delivered: ["Delivered as it was served", "Not delivered as it was served"],
  contract: ["By the contract", "Not by the contract"],
};

export function mountVerdict(column) {
  const body = h("div");
  const text = h("pre", { tabindex: "0", "aria-label": "The verdict as text" });
  const asText = h("details", { on: { toggle: () => asText.open && write() } }, h("summary", {}, "As text"), text);
  let shown = "";

  async function write() {
    const answer = await call("GET", "/verdict", { accept: "text/plain" });
    text.textContent = answer.ok ? answer.text : answer.details;
  }

  follow(["world", "requests", "entries", "arrivals"], async () => {
    const { ok, json, text } = await call("GET", "/verdict");
    if (!ok) return false;
    // Most requests change nothing of what is said.
    if (text !== shown) show(json);
    shown = text;
    if (asText.open) await write();
  });

  function show({ clients, expectations, unknownKey, notJudged }) {
    const unfolded = new Map([...body.querySelectorAll("details")].map((one) => [one.dataset.key, one.open]));
    const focused = document.activeElement?.dataset.at;
    put(body, clients.length === 0 ? hint("No client has asked yet. When one has, here is what it got wrong. What this page asks does not count.") : summary(clients, expectations),
      clients.map((one) => client(one, unfolded.get(one.key) ?? clients.length === 1)),
      unknownKey > 0 && hint(`${counted(unknownKey, "request")} without a token that a key has: nobody's, and not judged.`),
      notJudged > 0 && hint(`${counted(notJudged, "further request")} were too many to judge.`));
    if (focused) [...body.querySelectorAll("[data-at]")].find(({ dataset }) => dataset.at === focused)?.focus();
  }

  column.append(card("Verdict", null, body, asText));
}

function summary(clients, expectations) {
  const findings = clients.flatMap(({ findings }) => findings);
  const kept = Object.entries(expectations).map(([name, { kept }]) => {
    const [yes, no] = EXPECTATIONS[name] ?? [name, name];
    return kept ? h("li", { class: "badge s2" }, `✓ ${yes}`) : h("li", { class: "badge s5" }, `✗ ${no}`);
  });
  return [
    findings.length === 0 ? h("p", { class: "good" }, "Good: nothing is wrong.")
      : h("p", { class: "bad" }, `${counted(findings.length, "thing is", "things are")} wrong so far.`),
    h("ul", { class: "plain row kept" }, kept),
  ];
}

function client({ key, requests, coverage, findings }, open) {
  const { entries, once, several, never, pending } = coverage;
  const numbers = [
    counted(requests, "request"), `${(once + several).toLocaleString()} of ${counted(entries, "entry", "entries")} read`,
    several > 0 && `${several.toLocaleString()} more than once`, never > 0 && `${never.toLocaleString()} never`,
    pending > 0 && `${pending.toLocaleString()} not asked for yet`,
  ];
  return h("details", { open, class: "client", dataset: { key } },
    h("summary", { dataset: { at: key } }, `${key}: ${findings.length === 0 ? "good" : `${findings.length} wrong`}`),
    hint(numbers.filter(Boolean).join(", ")), list(findings.map((found) => finding(key, found))));
}

function finding(key, { bug, rule, count, message, advice, requests }) {
  const examples = requests.map((id) => button(id.slice(0, 8), () => reveal(id), {
    class: "quiet mono", "aria-label": `Show request ${id.slice(0, 8)}`, dataset: { at: `${key} ${bug} ${rule} ${id}` },
  }));
  return h("li", {},
    h("h3", {}, rule ? `${bug} ${rule}` : bug, count > 1 && ` (${count.toLocaleString()})`),
    h("p", { class: "small" }, message),
    advice && h("p", { class: "small advice" }, `→ ${advice}`),
    examples.length > 0 && hint("Requests: ", examples));
}
