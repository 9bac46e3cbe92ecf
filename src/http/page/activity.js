// New entries over time.

import { call, onChanges } from "./admin.js";
import { act, button, card, field, form, hint, input } from "./card.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";

const RATES = ["off", "6/min", "30/min", "2/s"];

export function mountActivity(column) {
  const says = h("p");
  const frozenNote = hint();
  const rate = input("10/min");
  const lateness = input("0s");
  const burst = h("input", { type: "number", min: "1", max: "1000", placeholder: "1" });
  const presets = RATES.map((one) => button(one === "off" ? "Off" : one, () => set(one), { value: one }));

  function set(rate) {
    if (rate === "off") return act("No more entries come.", "DELETE", "/live");
    const body = { rate, lateness: lateness.value.trim() || "0s", burst: Number(burst.value || 1) };
    return act(`New entries come: ${rate}.`, "PUT", "/live", body);
  }

  follow(["world", "live", "arrivals"], async () => {
    const { ok, json } = await call("GET", "/live");
    if (!ok) return false;
    for (const preset of presets) preset.setAttribute("aria-pressed", String(preset.value === json.rate));
    says.textContent = json.rate === "off" ? "No entries come by themselves."
      : `New entries come: ${json.rate}, up to ${json.lateness} late, ${json.burst} at a time.`;
  });

  onChanges(({ frozen, live }) => {
    frozenNote.textContent = live && frozen ? "The clock is frozen: none come until it runs or is advanced." : "";
  });

  column.append(card("Live activity", null, says, frozenNote,
    h("div", { class: "row choices", role: "group", "aria-label": "Rate" }, presets),
    h("details", {}, h("summary", {}, "Another rate, late entries, bursts"),
      form(() => set(rate.value.trim()), "Set", field("Rate", rate), field("Late by up to", lateness), field("Burst of", burst)),
      hint("A late entry is stamped up to so much earlier than it comes. The rates above use lateness and burst too."))));
}
