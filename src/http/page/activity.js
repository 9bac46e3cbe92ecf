// New entries over time.

import { call, onChanges } from "./admin.js";
import { act, button, card, field, form, input, problem } from "./card.js";
import { h, put } from "./dom.js";
import { follow } from "./follow.js";

const OFF = "off";
const RATES = [OFF, "6/min", "30/min", "2/s"];

export function mountActivity(column) {
  const says = h("p", {});
  const frozenNote = h("p", { class: "small soft" });
  const wrong = problem();
  const rate = input("10/min", { size: "7" });
  const lateness = input("0s", { size: "6" });
  const burst = h("input", { type: "number", min: "1", max: "1000", placeholder: "1" });
  const presets = RATES.map((one) => button(one === OFF ? "Off" : one, () => set(one), { dataset: { rate: one } }));

  async function set(asked) {
    const body = { rate: asked, lateness: lateness.value.trim() || "0s", burst: Number(burst.value || 1) };
    const { ok } = asked === OFF
      ? await act(wrong, "No more entries come by themselves.", "DELETE", "/live")
      : await act(wrong, `New entries come: ${asked}.`, "PUT", "/live", { body });
    if (ok) await reload();
  }

  const reload = follow(["world", "live", "arrivals"], async () => {
    const { ok, json } = await call("GET", "/live");
    if (!ok) return false;
    for (const preset of presets) preset.setAttribute("aria-pressed", String(preset.dataset.rate === json.rate));
    const late = json.lateness === "0s" ? "" : `, up to ${json.lateness} late`;
    const together = json.burst > 1 ? `, ${json.burst} together` : "";
    put(says, json.rate === OFF ? "No entries come by themselves." : `Entries come: ${json.rate}${late}${together}.`);
    return true;
  });

  onChanges(({ frozen, live }) => {
    frozenNote.textContent = live && frozen ? "The clock is frozen: none come until it runs or is advanced." : "";
  });

  column.append(card("Live activity", null, says, frozenNote,
    h("div", { class: "row choices", role: "group", "aria-label": "Rate" }, presets),
    h("details", {}, h("summary", {}, "Another rate, late entries, bursts"),
      form(() => set(rate.value.trim()),
        field("Rate", rate), field("Late by up to", lateness), field("Burst of", burst), h("button", {}, "Set")),
      h("p", { class: "small soft" }, "A late entry is stamped up to so much earlier than it comes. What stands here counts for the buttons above too.")),
    wrong));
}
