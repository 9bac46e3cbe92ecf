// The verdict for elsewhere: Markdown for an issue or a pull request, JUnit for a CI server.

import { counted } from "./card.js";
import { withTokens } from "./keys.js";
import { expectationWords, sentenceOf } from "./verdict-words.js";

/** A text in a cell of a table, or in a line of a list. */
const inLine = (text) => withTokens(text).replace(/\s+/g, " ").replace(/[\\|<>`*_[\]]/g, "\\$&");

export function asMarkdown({ clients, expectations }, session) {
  const rows = Object.entries(expectations).map(([name, { kept, reasons }]) =>
    `| ${name} | ${kept ? "✓" : "✗"} ${expectationWords(name, kept)} | ${reasons.map(inLine).join("; ")} |`);
  const parts = clients.flatMap(({ key, requests, findings }) => [
    "", `### ${inLine(key)}: ${findings.length === 0 ? "no problems" : counted(findings.length, "problem")} in ${counted(requests, "request")}`, "",
    ...findings.map(({ bug, rule, count, message, advice }) =>
      `- **${inLine(rule ? `${bug} ${rule}` : bug)}**${count > 1 ? ` (${count})` : ""}: ${inLine(message)}${advice ? ` → ${inLine(advice)}` : ""}`),
  ]);
  return [
    `## Verdict on session ${inLine(session)}: ${sentenceOf(clients)}`, "", "| expectation | result | reasons |", "| --- | --- | --- |", ...rows, ...parts, "",
  ].join("\n");
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** As text and as an attribute of XML 1.0, which has no control characters. */
const xml = (text) => withTokens(text).replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd").replace(/[&<>"]/g, (sign) => ENTITIES[sign]);

/** A test case for each expectation. */
export function asJunit({ expectations }, session) {
  const all = Object.entries(expectations);
  const cases = all.map(([name, { kept, reasons }]) => {
    const start = `  <testcase classname="${xml(session)}" name="${xml(name)}" time="0.000"`;
    return kept ? `${start}/>` : `${start}>\n    <failure message="${xml(reasons[0] ?? name)}">${reasons.map(xml).join("&#10;")}</failure>\n  </testcase>`;
  });
  const failures = all.filter(([, { kept }]) => !kept).length;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="cortex-audit-mock verdict" tests="${all.length}" failures="${failures}" errors="0" skipped="0">
${cases.join("\n")}
</testsuite>
`;
}
