// Data that moves while a client reads it.

import { call } from "./admin.js";
import { act, button, card, problem } from "./card.js";
import { h, put } from "./dom.js";
import { follow } from "./follow.js";

/** By name: what happens, and which mistake of a client it finds. */
const SCENARIOS = [
  ["insert-between-pages", "New entries come between two pages.", "Finds clients that page without an endTime and read entries twice."],
  ["late-arrivals", "Entries come up to 30 s after their timestamp.", "Finds clients that go on from where they have read to and miss what comes late."],
  ["same-millisecond", "Several entries share one millisecond.", "Finds clients that go on right behind the newest timestamp."],
  ["burst", "Two and a half pages come at once.", "Finds clients that read one page only."],
  ["quota-squeeze", "Two requests a minute are admitted.", "Finds clients that give up at a 429, or do not wait."],
  ["flaky", "Of each three requests one fails, each time otherwise.", "Finds clients that give up at a failure."],
];

export function mountScenario(column) {
  const list = h("ul", { class: "plain" });
  const wrong = problem();

  async function set(method, said, body) {
    const { ok } = await act(wrong, said, method, "/scenario", { body });
    if (ok) await reload();
  }

  const rows = SCENARIOS.map(([name, what, finds]) => {
    const done = h("p", { class: "small" });
    const turn = button("Start", () => turn.dataset.on === "true"
      ? set("DELETE", `${name} has ended.`)
      : set("PUT", `${name} has begun.`, { name }));
    const row = h("li", { class: "row between" },
      h("div", {}, h("h3", { class: "mono" }, name), h("p", { class: "small" }, what), h("p", { class: "small soft" }, finds), done), turn);
    return { name, row, done, turn };
  });
  put(list, rows.map(({ row }) => row));

  const reload = follow(["world", "scenario", "requests", "arrivals"], async () => {
    const { ok, json } = await call("GET", "/scenario");
    if (!ok) return false;
    for (const { name, row, done, turn } of rows) {
      const on = json.name === name;
      row.classList.toggle("on", on);
      turn.textContent = on ? "Stop" : "Start";
      turn.dataset.on = String(on);
      turn.setAttribute("aria-label", `${on ? "Stop" : "Start"} ${name}`);
      done.textContent = on ? `Running: ${json.pages} pages seen, ${json.added} entries added, ${json.refused} requests refused, ${json.failed} failed.` : "";
    }
    return true;
  });

  column.append(card("Scenario", null, list, wrong));
}
