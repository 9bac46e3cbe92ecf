// Data that moves while a client reads it.

import { call } from "./admin.js";
import { act, button, card, counted, hint, list } from "./card.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";

/** What happens, and which clients it finds. */
const SCENARIOS = {
  "insert-between-pages": ["New entries come between two pages.", "page without an endTime and read entries twice"],
  "late-arrivals": ["Entries come up to 30 s after their timestamp.", "go on from where they have read to and miss what comes late"],
  "same-millisecond": ["Several entries share one millisecond.", "go on right behind the newest timestamp"],
  burst: ["Two and a half pages come at once.", "read one page only"],
  "quota-squeeze": ["Two requests a minute are admitted.", "give up at a 429, or do not wait"],
  flaky: ["Of each three requests one fails.", "give up at a failure"],
};

export function mountScenario(column) {
  let running = null;

  const turn = (name) => name === running ? act(`${name} has ended.`, "DELETE", "/scenario")
    : act(`${name} has begun.`, "PUT", "/scenario", { name });

  const rows = Object.entries(SCENARIOS).map(([name, [what, mistake]]) => {
    const done = h("p", { class: "small" });
    const start = button("Start", () => turn(name));
    const row = h("li", { class: "row between" },
      h("div", {}, h("h3", { class: "mono" }, name), h("p", { class: "small" }, what), hint(`Finds clients that ${mistake}.`), done), start);
    return { name, row, done, start };
  });

  follow(["world", "scenario", "requests", "arrivals"], async () => {
    const { ok, json } = await call("GET", "/scenario");
    if (!ok) return false;
    running = json.name;
    for (const { name, row, done, start } of rows) {
      const on = name === running;
      row.classList.toggle("on", on);
      start.textContent = on ? "Stop" : "Start";
      start.setAttribute("aria-label", `${start.textContent} ${name}`);
      done.textContent = on ? `Running: ${counted(json.pages, "page")} seen, ${counted(json.added, "entry", "entries")} added, ${counted(json.refused, "request")} refused, ${json.failed} failed.` : "";
    }
  });

  column.append(card("Scenario", null, list(rows.map(({ row }) => row))));
}
