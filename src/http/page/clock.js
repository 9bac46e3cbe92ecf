// The clock of the session: shown, stopped, moved.

import { onChanges } from "./admin.js";
import { act, button, card, field, form, hint, input } from "./card.js";
import { h } from "./dom.js";
import { local } from "./time.js";

const STEPS = ["1 s", "60 s", "1 h", "1 d"];

export function mountClock(panel) {
  const time = h("time", { class: "now" });
  const utc = h("p", { class: "mono soft" });
  const how = h("p", { class: "small" });
  const said = ({ now, frozen }) => `The clock ${frozen ? "is stopped at" : "runs from"} ${local(new Date(now))}.`;
  const set = (body) => act(said, "PUT", "/clock", body);
  const advance = (by) => act(said, "POST", "/clock/advance", { by });

  let isFrozen = false;
  const freeze = button("Freeze", () => set({ frozen: true }));
  const run = button("Resume", () => set({ frozen: false }));
  const system = button("Use system time", () => act(said, "DELETE", "/clock"));
  const length = input("such as 90s or 2d3h");
  const instant = input("2025-05-20T12:00:00Z or now-1d");

  onChanges(({ now, frozen, system: follows }) => {
    isFrozen = frozen;
    time.textContent = local(new Date(now));
    time.dateTime = now;
    utc.textContent = `${now.replace(/(\.\d{3})\d*/, "$1")} (UTC)`;
    how.textContent = frozen ? "Stopped. It moves only when you advance it." : follows ? "Runs with the system's clock." : "Runs at its own time.";
    freeze.disabled = frozen;
    run.disabled = !frozen;
    system.disabled = follows;
  });

  panel.append(card("Clock", null, h("div", {}, time, utc, how),
    h("div", { class: "row choices" }, freeze, run, system),
    h("div", { class: "row choices" }, STEPS.map((step) => button(`Advance ${step}`, () => advance(step.replace(" ", ""))))),
    form(() => advance(length.value.trim()), "Advance", field("Advance by", length)),
    form(() => set({ now: instant.value.trim(), frozen: isFrozen }), "Set", field("Set to", instant)),
    hint("Timestamps, rate limits, key expiry and live activity all use this clock.")));
}
