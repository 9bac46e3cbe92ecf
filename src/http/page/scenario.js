// Data that changes while a client reads it.

import { call } from "./admin.js";
import { act, button, card, counted, hint, list } from "./card.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";

/** What happens, and which clients it finds. */
const SCENARIOS = {
  "insert-between-pages": ["New entries arrive between two pages.", "page without an endTime and read entries twice"],
  "late-arrivals": ["Entries arrive up to 30 s after their timestamp.", "continue from the newest timestamp and miss what arrives late"],
  "same-millisecond": ["Several entries share one millisecond.", "continue right after the newest timestamp"],
  burst: ["2½ pages of entries arrive at once.", "read one page only"],
  "quota-squeeze": ["Two requests a minute are admitted.", "give up at a 429, or do not wait"],
  flaky: ["One in three requests fails.", "give up at a failure"],
};

export function mountScenario(panel) {
  let running = null;

  const turn = (name) => name === running ? act(`Stopped ${name}.`, "DELETE", "/scenario")
    : act(`Started ${name}.`, "PUT", "/scenario", { name });

  const rows = Object.entries(SCENARIOS).map(([name, [what, mistake]]) => {
    const done = h("p", { class: "small" });
    const start = button("Start", () => turn(name));
    const row = h("li", { class: "tile scenario" },
      h("div", { class: "row between" }, h("h3", { class: "mono" }, name), start),
      h("p", { class: "small" }, what), hint(`Finds clients that ${mistake}.`), done);
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
      done.textContent = on ? `Running: ${counted(json.pages, "page")} served, ${counted(json.added, "entry", "entries")} added, ${counted(json.refused, "request")} refused, ${json.failed} failed.` : "";
    }
  }, "faults");

  const tiles = list(rows.map(({ row }) => row));
  tiles.classList.add("tiles", "wide");
  panel.append(card("Scenarios", null, hint("One at a time: data that changes while a client reads it."), tiles));
}
