// Entries over time as bars, stacked by action. Brushing it, by pointer or by keys, sets the range of time.

import { h, put, say, svg } from "./dom.js";
import { change, state } from "./state.js";
import { onSummary } from "./summary.js";
import { day, local, short, utc } from "./time.js";

const ACTIONS = ["CREATE", "UPDATE", "DELETE"];
const HEIGHT = 150;
const BASE = 126;
const TOP = 6;
const DAY = 24 * 60 * 60;

export function mountTimeline(root) {
  const heading = h("h2", { id: "timeline-heading" }, "Over time");
  const legend = h("p", { class: "legend small soft" });
  const told = h("p", { class: "small soft shown" });
  const whole = h("button", { class: "quiet small", on: { click: () => change({ startTime: "", endTime: "" }) } }, "Show all time");
  const plot = svg("svg", {
    class: "plot", height: HEIGHT, tabindex: "0", role: "group", "aria-labelledby": "timeline-heading",
    "aria-describedby": "timeline-keys",
  });
  const keys = h("p", { id: "timeline-keys", class: "spoken" },
    "Arrow keys go from bar to bar, with Shift they choose a range, Enter shows it, Escape lets it go.");
  put(root, h("div", { class: "row between" }, h("div", { class: "row" }, heading, legend), h("div", { class: "row" }, told, whole)), plot, keys);

  let line = null;
  /** The bars that are being chosen, from and to, both included; null when none are. */
  let brush = null;

  const endOf = (index) => new Date(Date.parse(line.buckets[index].start) + line.bucketSeconds * 1000 - 1);
  const amount = (bucket) => ACTIONS.reduce((sum, action) => sum + bucket[action], 0);
  const x = (index) => (index * plot.clientWidth) / line.buckets.length;

  function barAt(event) {
    const within = event.clientX - plot.getBoundingClientRect().left;
    const index = Math.floor((within / plot.clientWidth) * line.buckets.length);
    return Math.min(Math.max(index, 0), line.buckets.length - 1);
  }

  function words(from, to) {
    const chosen = line.buckets.slice(from, to + 1);
    const total = chosen.reduce((sum, bucket) => sum + amount(bucket), 0);
    const each = ACTIONS.map((action) => `${action} ${chosen.reduce((sum, bucket) => sum + bucket[action], 0)}`);
    return `${short(new Date(line.buckets[from].start))} to ${short(endOf(to))}: ${total} (${each.join(", ")})`;
  }

  function draw() {
    whole.hidden = state().startTime === "" && state().endTime === "";
    plot.toggleAttribute("hidden", !line || line.buckets.length === 0);
    if (!line || line.buckets.length === 0) {
      told.textContent = line ? "Nothing to show" : "";
      put(legend);
      return;
    }
    const width = plot.clientWidth;
    const most = Math.max(1, ...line.buckets.map(amount));
    const gap = width / line.buckets.length > 5 ? 1.5 : 0.5;
    const bars = line.buckets.flatMap((bucket, index) => {
      let y = BASE;
      return ACTIONS.filter((action) => bucket[action] > 0).map((action) => {
        // So that a single entry beside thousands is seen.
        const height = Math.max((bucket[action] / most) * (BASE - TOP), 1.5);
        y -= height;
        return svg("rect", { class: action, x: x(index) + gap / 2, y, width: Math.max(x(1) - gap, 0.75), height });
      });
    });
    put(plot,
      svg("line", { class: "axis", x1: 0, x2: width, y1: BASE + 0.5, y2: BASE + 0.5 }),
      bars, ticks(width), brushed());
    put(legend, ACTIONS.map((action) => {
      const sum = line.buckets.reduce((total, bucket) => total + bucket[action], 0);
      return h("span", { class: `key ${action}` }, `${action} ${sum.toLocaleString()}`);
    }));
    told.textContent = brush ? words(...ordered(brush)) : `${local(new Date(line.buckets[0].start))} – ${local(endOf(line.buckets.length - 1))}`;
  }

  function ticks(width) {
    const starts = line.buckets.map(({ start }) => new Date(start));
    const overDays = line.buckets.length * line.bucketSeconds > 3 * DAY;
    // The first bar of each day, where the days are many; else any bar.
    const isFirst = (index) => index > 0 && starts[index].getDate() !== starts[index - 1].getDate();
    const able = starts.map((_, index) => index).filter((index) => !overDays || line.bucketSeconds >= DAY || isFirst(index));
    const every = Math.max(1, Math.ceil(able.length / Math.max(2, Math.floor(width / (overDays ? 80 : 130)))));
    const at = able.filter((index, place) => place % every === 0 && x(index) < width - 60);
    const label = overDays ? day : short;
    return at.flatMap((index) => [
      svg("line", { class: "axis", x1: x(index), x2: x(index), y1: BASE, y2: BASE + 5 }),
      svg("text", { x: x(index), y: BASE + 18 }, label(starts[index])),
    ]);
  }

  const ordered = ({ from, to }) => [Math.min(from, to), Math.max(from, to)];

  function brushed() {
    if (!brush) return [];
    const [from, to] = ordered(brush);
    return svg("rect", { class: "brush", x: x(from), y: 0, width: x(to + 1) - x(from), height: BASE });
  }

  function choose() {
    const [from, to] = ordered(brush);
    brush = null;
    change({ startTime: utc(new Date(line.buckets[from].start)), endTime: endOf(to).toISOString() });
  }

  plot.addEventListener("pointerdown", (event) => {
    if (!line || event.button !== 0) return;
    plot.setPointerCapture(event.pointerId);
    brush = { from: barAt(event), to: barAt(event), drawn: true };
    draw();
  });
  plot.addEventListener("pointermove", (event) => {
    if (brush?.drawn) {
      brush.to = barAt(event);
      draw();
    } else if (line?.buckets.length > 0) {
      told.textContent = words(barAt(event), barAt(event));
    }
  });
  plot.addEventListener("pointerup", () => brush?.drawn && choose());
  plot.addEventListener("pointercancel", letGo);
  plot.addEventListener("pointerleave", () => brush?.drawn || draw());
  plot.addEventListener("blur", letGo);
  plot.addEventListener("keydown", (event) => {
    if (!line || line.buckets.length === 0) return;
    const end = line.buckets.length - 1;
    const at = brush?.to ?? end;
    const to = { ArrowLeft: at - (brush ? 1 : 0), ArrowRight: at + (brush ? 1 : 0), Home: 0, End: end }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const place = Math.min(Math.max(to, 0), end);
      brush = { from: event.shiftKey && brush ? brush.from : place, to: place };
      draw();
      say(told.textContent);
    } else if (event.key === "Enter" && brush) choose();
    else if (event.key === "Escape") letGo();
  });

  function letGo() {
    brush = null;
    draw();
  }

  onSummary((summary) => {
    line = summary?.timeline ?? null;
    brush = null;
    draw();
  });
  new ResizeObserver(draw).observe(root);
}
