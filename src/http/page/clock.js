// The one clock of the world: shown, stopped, moved.

import { onChanges } from "./admin.js";
import { act, button, card, field, form, input, problem } from "./card.js";
import { h } from "./dom.js";
import { local } from "./time.js";

const STEPS = [["1 s", "1s"], ["60 s", "60s"], ["1 h", "1h"], ["1 d", "1d"]];

export function mountClock(column) {
  const now = h("time", { class: "now" });
  const utc = h("p", { class: "mono soft" });
  const how = h("p", { class: "small" });
  const wrong = problem();
  const set = (body, said) => act(wrong, said, "PUT", "/clock", { body });
  const advance = (by) => act(wrong, ({ now }) => `Advanced by ${by}: it is ${local(new Date(now))}.`, "POST", "/clock/advance", { body: { by } });

  let isFrozen = false;
  const freeze = button("Freeze", () => set({ frozen: true }, "The clock stands still."));
  const run = button("Let it run", () => set({ frozen: false }, "The clock runs."));
  const system = button("Follow the system", () => act(wrong, "The clock follows the system's.", "DELETE", "/clock"));
  const length = input("90s, 2d3h", { size: "9" });
  const instant = input("2025-05-20T12:00:00Z, now-1d", { size: "22" });

  onChanges(({ now: at, frozen, system: follows }) => {
    isFrozen = frozen;
    now.textContent = local(new Date(at));
    now.dateTime = at;
    utc.textContent = `${at.replace(/(\.\d{3})\d*Z$/, "$1Z")} UTC`;
    how.textContent = frozen ? "Frozen: it moves only when it is advanced."
      : follows ? "Runs with the system's clock." : "Runs, but apart from the system's clock.";
    freeze.disabled = frozen;
    run.disabled = !frozen;
    system.disabled = follows;
  });

  column.append(card("Clock", null,
    h("div", { class: "face" }, now, utc, how),
    h("div", { class: "row" }, freeze, run, system),
    h("div", { class: "row" }, STEPS.map(([words, by]) => button(`Advance ${words}`, () => advance(by)))),
    form(() => advance(length.value.trim()), field("Advance by", length), h("button", {}, "Advance")),
    form(() => set({ now: instant.value.trim(), frozen: isFrozen }, "The clock is set."), field("Set to", instant), h("button", {}, "Set")),
    wrong,
    h("p", { class: "small soft" }, "Entry times, rate limits, key expiry and live activity all go by it.")));
}
