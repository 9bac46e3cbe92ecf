// The verdict: what the clients did wrong, and what to do about it.

import { call } from "./admin.js";
import { button, card, counted, hint, list } from "./card.js";
import { copy, h, put } from "./dom.js";
import { follow } from "./follow.js";
import { reveal } from "./journal.js";
import { withTokens } from "./keys.js";
import { save } from "./save.js";
import { state } from "./state.js";
import { visible } from "./visible.js";
import { asJunit, asMarkdown } from "./verdict-export.js";
import { expectationWords, sentenceOf } from "./verdict-words.js";

export function mountVerdict(panel) {
  const body = h("div", { class: "verdict" });
  const text = h("pre", { tabindex: "0", "aria-label": "Verdict as text" });
  const asText = h("details", { on: { toggle: () => asText.open && write() } }, h("summary", {}, "As text"), text);
  const session = () => state().session || "default";
  let shown = "";
  let verdict = null;

  const markdown = button("Copy as Markdown", () => copy(asMarkdown(verdict, session()), markdown), { disabled: true });
  const junit = button("Download JUnit", () => save("verdict.xml", "application/xml", asJunit(verdict, session())), { disabled: true });

  async function write() {
    const answer = await call("GET", "/verdict", { accept: "text/plain" });
    text.textContent = answer.ok ? withTokens(answer.text) : answer.details;
  }

  follow(["world", "requests", "entries", "arrivals"], async () => {
    const { ok, json, text } = await call("GET", "/verdict");
    if (!ok) return false;
    verdict = json;
    markdown.disabled = junit.disabled = false;
    // Most requests change nothing of what is said.
    if (text !== shown) show(json);
    shown = text;
    if (asText.open) await write();
  }, "verdict");

  function show({ clients, expectations, unknownKey, notJudged }) {
    const unfolded = new Map([...body.querySelectorAll("details")].map((one) => [one.dataset.key, one.open]));
    const focused = document.activeElement?.dataset.at;
    put(body, clients.length === 0
      ? hint("No client has sent a request yet. This page's own requests are not judged.")
      : summary(clients, expectations),
    clients.map((one) => client(one, unfolded.get(one.key) ?? (clients.length === 1 || one.findings.length > 0))),
    unknownKey > 0 && hint(`${counted(unknownKey, "request")} used an unknown token and ${unknownKey === 1 ? "was" : "were"} not judged.`),
    notJudged > 0 && hint(`${counted(notJudged, "further request")} were too many to judge.`));
    if (focused) [...body.querySelectorAll("[data-at]")].find(({ dataset }) => dataset.at === focused)?.focus();
  }

  panel.append(card("Verdict", h("div", { class: "row" }, markdown, junit), body, asText));
}

function summary(clients, expectations) {
  const problems = clients.flatMap(({ findings }) => findings).length;
  return [
    h("p", { class: problems === 0 ? "good" : "bad" }, sentenceOf(clients)),
    h("ul", { class: "plain row kept" }, Object.entries(expectations).map(([name, { kept }]) => h("li", { class: `badge ${kept ? "s2" : "s5"}` },
      `${kept ? "✓" : "✗"} ${expectationWords(name, kept)}`))),
  ];
}

function client({ key, requests, coverage, findings }, open) {
  const { entries, once, several, never, pending } = coverage;
  const numbers = [
    counted(requests, "request"), `${(once + several).toLocaleString()} of ${counted(entries, "entry", "entries")} read`,
    several > 0 && `${several.toLocaleString()} more than once`, never > 0 && `${never.toLocaleString()} never`,
    pending > 0 && `${pending.toLocaleString()} not requested yet`,
  ];
  return h("details", { open, class: "client", dataset: { key } },
    h("summary", { dataset: { at: key } }, `${withTokens(key)}: ${findings.length === 0 ? "no problems" : counted(findings.length, "problem")}`),
    hint(numbers.filter(Boolean).join(", ")), list(findings.map((found) => finding(key, found))));
}

function finding(key, { bug, rule, count, message, advice, requests }) {
  const examples = requests.map((id) => button(id.slice(0, 8), () => reveal(id), {
    class: "quiet mono", "aria-label": `Show request ${id.slice(0, 8)}`, dataset: { at: `${key} ${bug} ${rule} ${id}` },
  }));
  return h("li", {},
    h("h3", {}, rule ? `${bug} ${rule}` : bug, count > 1 && ` (${count.toLocaleString()})`),
    h("p", { class: "small" }, visible(withTokens(message))),
    advice && h("p", { class: "small advice" }, "→ ", visible(withTokens(advice))),
    examples.length > 0 && hint("Requests: ", examples));
}
