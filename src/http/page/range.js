// From when to when: two inputs in local time, and the usual lengths back from the world's present.

import { onChanges, worldNow } from "./admin.js";
import { h, put } from "./dom.js";
import { change, onChange, state } from "./state.js";
import { forInput, instant, utc } from "./time.js";

const MINUTES = 60 * 1000;
const PRESETS = [["Last hour", 60], ["24 hours", 24 * 60], ["7 days", 7 * 24 * 60], ["All", null]];
/** A date is typed in parts, and is one after each. */
const TYPING = 500;

export function range() {
  const from = input("startTime");
  const to = input("endTime");
  const hint = h("p", { class: "small zone" });
  /** The last preset, and the start that it gave: there is no other way to tell. */
  let given = {};
  const presets = PRESETS.map(([text, minutes]) => h("button", { on: { click: () => choose(text, minutes) } }, text));

  function choose(text, minutes) {
    given = { text, startTime: minutes === null ? "" : utc(new Date(worldNow() - minutes * MINUTES)) };
    change({ startTime: given.startTime, endTime: "" });
    show();
  }

  function show() {
    const { startTime, endTime } = state();
    from.show(startTime);
    to.show(endTime);
    for (const preset of presets) {
      const text = preset.textContent;
      const on = endTime === "" && (startTime === "" ? text === "All" : text === given.text && startTime === given.startTime);
      preset.setAttribute("aria-pressed", String(on));
    }
    showZone();
  }

  function showZone() {
    const { startTime, endTime } = state();
    const upsideDown = instant(startTime) > instant(endTime) && instant(endTime) !== null;
    hint.classList.toggle("wrong", upsideDown);
    put(hint, upsideDown ? "From is after To: nothing can match." : `Local time, ${zone(instant(startTime) ?? worldNow())}`);
  }

  onChange(show);
  // The world may be at another time of the year than this machine.
  onChanges((_, before) => before === null && showZone());
  show();
  return h("div", { class: "range", role: "group", "aria-label": "Date and time" },
    h("div", { class: "range-inputs" }, h("label", {}, "From", from.element), h("label", {}, "To", to.element)),
    h("div", { class: "range-presets" }, h("div", { class: "presets", role: "group", "aria-label": "Usual ranges" }, presets), hint));
}

function input(name) {
  let timer;
  const element = h("input", {
    type: "datetime-local", step: "1", "aria-label": LABEL[name],
    on: {
      change: () => {
        clearTimeout(timer);
        timer = setTimeout(commit, TYPING);
      },
      blur: commit,
      keydown: (event) => event.key === "Enter" && commit(),
    },
  });
  let shown = "";

  function commit() {
    clearTimeout(timer);
    // A half typed date has no value; it is not taken for a wish to have none.
    if (element.value === shown || element.validity.badInput) return;
    shown = element.value;
    const date = new Date(element.value);
    change({ [name]: element.value === "" || Number.isNaN(date.getTime()) ? "" : utc(date) });
  }

  function show(text) {
    const date = instant(text);
    shown = date ? forInput(date) : "";
    if (element.value !== shown) element.value = shown;
  }

  return { element, show };
}

const LABEL = { startTime: "From", endTime: "To" };

/** The zone of the reader at an instant, such as Europe/Berlin (GMT+1). */
function zone(date) {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts(date);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === offset || !offset ? timeZone : `${timeZone} (${offset})`;
}
