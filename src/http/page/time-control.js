// The one control for time: which part of it is shown, and how times are written.

import { changes, onChanges, worldNow } from "./admin.js";
import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { periodOf } from "./period.js";
import { popover } from "./popover.js";
import { onPreference, prefer, preference } from "./preferences.js";
import { ALL_TIME, between, change, hasPeriod, onChange, state } from "./state.js";
import { forInput, fromInput, instant, short, utc, zone } from "./time.js";

const PRESETS = [
  ["15m", "Last 15 minutes"], ["1h", "Last hour"], ["24h", "Last 24 hours"], ["7d", "Last 7 days"], ["30d", "Last 30 days"],
];
const TIMES = [["local", "Local"], ["utc", "UTC"], ["relative", "Relative"]];
const UNITS = { m: "minute", h: "hour", d: "day", w: "week" };
/** A date is typed in parts, and is one after each. */
const TYPING = 500;

/** A range such as `3h` in words. */
export function rangeText(range) {
  const preset = PRESETS.find(([length]) => length === range);
  if (preset) return preset[1];
  const number = Number(range.slice(0, -1));
  return `Last ${number === 1 ? "" : `${number} `}${UNITS[range.at(-1)]}${number === 1 ? "" : "s"}`;
}

export function timeControl() {
  const text = h("span", { class: "time-text" });
  const button = h("button", { class: "time-button", "aria-controls": "time-panel" }, icon("time"), text);
  const presets = [...PRESETS, ["", "All time"]].map(([range, words]) => {
    return h("button", { value: range, on: { click: () => choose(range) } }, words);
  });
  const [from, to] = [input("startTime", "From"), input("endTime", "To")];
  const hint = h("p", { class: "small zone" });
  const times = TIMES.map(([value, words]) => h("button", { value, on: { click: () => prefer("times", value) } }, words));
  const panel = h("div", { id: "time-panel", class: "time-panel", role: "group", "aria-label": "Date and time" },
    h("div", { class: "presets", role: "group", "aria-label": "Presets" }, presets),
    h("div", { class: "custom", role: "group", "aria-label": "Custom range" },
      h("label", {}, "From", from.element), h("label", {}, "To", to.element), hint,
      h("div", { class: "row" }, h("span", { class: "small soft", id: "times-label" }, "Show times as"),
        h("div", { class: "segments", role: "group", "aria-labelledby": "times-label" }, times))));
  const { root, toggle } = popover(button, panel, () => {
    show();
    (presets.find((preset) => preset.getAttribute("aria-pressed") === "true") ?? presets[0]).focus();
  });
  root.classList.add("time-control");

  function choose(range) {
    // Where entries arrive, the last hour is usual: all time is then a choice that the address tells.
    change({ startTime: "", endTime: "", range: range === "" && changes()?.live ? ALL_TIME : range });
    toggle(false);
    button.focus();
  }

  function show() {
    const { startTime, endTime, range } = state();
    const isCustom = startTime !== "" || endTime !== "";
    text.textContent = isCustom ? customText(startTime, endTime) : hasPeriod(state()) ? rangeText(range) : "All time";
    button.setAttribute("aria-label", `Time: ${text.textContent}`);
    button.classList.toggle("set", hasPeriod(state()));
    for (const preset of presets) {
      preset.setAttribute("aria-pressed", String(!isCustom && (hasPeriod(state()) ? range : "") === preset.value));
    }
    for (const one of times) one.setAttribute("aria-pressed", String(one.value === preference("times")));
    from.show(startTime);
    to.show(endTime);
    const upsideDown = instant(endTime) !== null && instant(startTime) > instant(endTime);
    hint.classList.toggle("wrong", upsideDown);
    hint.textContent = upsideDown ? "From is after To: nothing can match." : zone(instant(startTime) ?? worldNow());
  }

  onChange(show);
  onPreference(show);
  // The world may be at another time of the year than this machine.
  onChanges((_, before) => before === null && show());
  show();
  return root;
}

function customText(startTime, endTime) {
  const words = (text) => (instant(text) ? short(instant(text)) : text);
  if (startTime === "") return `Until ${words(endTime)}`;
  return endTime === "" ? `Since ${words(startTime)}` : `${words(startTime)} – ${words(endTime)}`;
}

function input(name, label) {
  let timer;
  const element = h("input", {
    type: "datetime-local", step: "1", "aria-label": label,
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
    const date = fromInput(element.value);
    const { startTime, endTime } = periodOf(state());
    change({ ...between(startTime, endTime), [name]: date ? utc(date) : "" });
  }

  function show(text) {
    const date = instant(text);
    element.value = date ? forInput(date) : "";
    // The browser leaves out seconds that are 0.
    shown = element.value;
  }

  return { element, show };
}
