// New entries over time.

import { call, onChanges } from "./admin.js";
import { act, button, card, counted, field, form, hint, input } from "./card.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";

const RATES = ["off", "6/min", "30/min", "2/s"];

export function mountActivity(panel) {
  const says = h("p");
  const frozenNote = hint("The clock is stopped: no entries arrive until it runs or is advanced.");
  frozenNote.hidden = true;
  const rate = input("10/min");
  const lateness = input("0s");
  const burst = h("input", { type: "number", min: "1", max: "1000", placeholder: "1" });
  const presets = RATES.map((one) => button(one === "off" ? "Off" : one, () => set(one), { value: one }));

  function set(rate) {
    if (rate === "off") return act("Live activity is off.", "DELETE", "/live");
    const body = { rate, lateness: lateness.value.trim() || "0s", burst: Number(burst.value || 1) };
    return act(`New entries: ${rate}.`, "PUT", "/live", body);
  }

  follow(["world", "live", "arrivals"], async () => {
    const { ok, json } = await call("GET", "/live");
    if (!ok) return false;
    for (const preset of presets) preset.setAttribute("aria-pressed", String(preset.value === json.rate));
    says.textContent = json.rate === "off" ? "No new entries over time." : inWords(json);
  }, "data");

  onChanges(({ frozen, live }) => {
    frozenNote.hidden = !live || !frozen;
  });

  panel.append(card("Live activity", null, says, frozenNote,
    h("div", { class: "row choices", role: "group", "aria-label": "Rate" }, presets),
    h("details", { open: true }, h("summary", {}, "Another rate, late entries, bursts"),
      form(() => set(rate.value.trim()), "Set", field("Rate", rate), field("Late by up to", lateness), field("Burst of", burst)),
      hint("A late entry arrives up to this long after its timestamp. Lateness and burst apply to the rates above too."))));
}

const UNITS = { s: "second", min: "minute", h: "hour", d: "day" };

/** Such as "30 new entries per minute, up to 10s late, 5 at a time". */
function inWords({ rate, lateness, burst }) {
  const [count, unit] = rate.split("/");
  return [
    `${counted(Number(count), "new entry", "new entries")} per ${UNITS[unit] ?? unit}`,
    lateness !== "0s" && `up to ${lateness} late`, burst > 1 && `${burst} at a time`,
  ].filter(Boolean).join(", ");
}
