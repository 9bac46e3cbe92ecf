// How the clients did, in words, with what to do about it.

import { call } from "./admin.js";
import { button, card } from "./card.js";
import { copy, h, put } from "./dom.js";
import { follow } from "./follow.js";
import { reveal } from "./journal.js";
import { EXPECTATIONS, MISTAKES } from "./mistakes.js";

export function mountVerdict(column) {
  const body = h("div", { class: "stack" });
  const text = h("pre", { tabindex: "0", "aria-label": "The verdict as text" });
  const copying = button("Copy", () => copy(text.textContent, copying));
  const asText = h("details", { on: { toggle: () => asText.open && write() } },
    h("summary", {}, "As text"), text, copying);

  async function write() {
    const answer = await call("GET", "/verdict", { accept: "text/plain" });
    text.textContent = answer.ok ? answer.text : answer.details;
  }

  follow(["world", "requests", "entries", "arrivals"], async () => {
    const { ok, json } = await call("GET", "/verdict");
    if (!ok) return false;
    const focused = document.activeElement?.dataset?.request;
    put(body, json.clients.length === 0 ? nobody() : judged(json), asides(json));
    if (focused) body.querySelector(`[data-request="${focused}"]`)?.focus();
    if (asText.open) await write();
    return true;
  });

  column.append(card("Verdict", null, body, asText));
}

function nobody() {
  return h("p", { class: "soft" }, "No client has asked for audit logs yet. As soon as one does, here is what it did well and what it got wrong. What this page asks does not count.");
}

function judged({ clients }) {
  const findings = clients.flatMap(({ findings }) => findings);
  const broken = new Set(findings.flatMap(({ bug }) => MISTAKES[bug]?.[0] ?? []));
  const headline = findings.length === 0
    ? h("p", { class: "headline good" }, "Good: nothing is wrong.")
    : h("p", { class: "headline bad" }, `${findings.length} ${findings.length === 1 ? "thing is" : "things are"} wrong so far.`);
  const kept = EXPECTATIONS.map(([name, yes, no]) => broken.has(name)
    ? h("li", { class: "badge s5", title: name }, `✗ ${no}`)
    : h("li", { class: "badge s2", title: name }, `✓ ${yes}`));
  return [headline, h("ul", { class: "plain row kept", "aria-label": "What is expected of clients" }, kept), clients.map(client)];
}

function client({ key, requests, coverage, findings }) {
  const { entries, once, several, never, pending } = coverage;
  const numbers = [
    `${requests.toLocaleString()} ${requests === 1 ? "request" : "requests"}`,
    `${(once + several).toLocaleString()} of ${entries.toLocaleString()} entries read`,
    several > 0 && `${several.toLocaleString()} of them more than once`,
    never > 0 && `${never.toLocaleString()} never`,
    pending > 0 && `${pending.toLocaleString()} not asked for yet`,
  ];
  return h("div", { class: "client" },
    h("h3", {}, key), h("p", { class: "small soft" }, numbers.filter(Boolean).join(", ")),
    h("ul", { class: "plain" }, findings.map(finding)));
}

function finding({ bug, rule, count, message, requests }) {
  const examples = requests.map((id) => button(id.slice(0, 8), () => reveal(id), {
    class: "quiet mono", title: "Show it in the journal", "aria-label": `Show request ${id.slice(0, 8)}`, dataset: { request: `${bug}-${rule}-${id}` },
  }));
  return h("li", {},
    h("p", {}, h("strong", {}, rule ? `${bug} ${rule}` : bug), count > 1 && ` (${count.toLocaleString()})`),
    h("p", { class: "small said" }, message),
    MISTAKES[bug] && h("p", { class: "small advice" }, MISTAKES[bug][1]),
    examples.length > 0 && h("p", { class: "small" }, "Requests: ", examples));
}

function asides({ unknownKey, notJudged }) {
  return [
    unknownKey > 0 && h("p", { class: "small soft" }, `${unknownKey.toLocaleString()} ${unknownKey === 1 ? "request" : "requests"} came without a token that a key has, and cannot be judged.`),
    notJudged > 0 && h("p", { class: "small soft" }, `${notJudged.toLocaleString()} further requests were too many to judge.`),
  ];
}
