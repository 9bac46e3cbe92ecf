// Entries over time as bars, stacked by action. Brushing it, by pointer or by keys, sets the range of time.

import { h, put, say, svg } from "./dom.js";
import { onPreference } from "./preferences.js";
import { between, change, hasPeriod, narrowingOf, onChange, state } from "./state.js";
import { onSummary } from "./summary.js";
import { day, short, utc } from "./time.js";

const ACTIONS = ["CREATE", "UPDATE", "DELETE"];
const HEIGHT = 64;
const BASE = 46;
const TOP = 4;
const DAY = 24 * 60 * 60;

/** Shows the bars in `root`; legend and what is told of them are put into `beside`. */
export function mountTimeline(root, beside) {
  const legend = h("p", { class: "legend small soft" });
  const told = h("p", { class: "small soft range-told" });
  const whole = h("button", { class: "quiet small", hidden: true, on: { click: () => change(between("", "")) } }, "Show all time");
  const plot = svg("svg", {
    class: "plot", height: HEIGHT, tabindex: "0", role: "group", "aria-label": "Timeline",
    "aria-describedby": "timeline-keys",
  });
  const keys = h("p", { id: "timeline-keys", class: "spoken" },
    "Arrow keys go from bar to bar, with Shift they choose a range, Enter shows it, Escape lets it go.");
  put(root, plot, keys);
  put(beside, legend, told, whole);

  let line = null;
  /** The bars that are being chosen, from and to, both included; null when none are. */
  let brush = null;
  /** What was counted while a range was being chosen: the bars under the pointer stay until it is. */
  let later;

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
    whole.hidden = !hasPeriod(state());
    if (!line || line.buckets.length === 0) {
      told.textContent = line ? "No entries in this range" : "";
      put(plot);
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
      bars, ticks(width), largest(most, width), brushed());
    put(legend, ACTIONS.map((action) => {
      const sum = line.buckets.reduce((total, bucket) => total + bucket[action], 0);
      return h("span", { class: `key ${action}` }, `${action} ${sum.toLocaleString()}`);
    }));
    told.textContent = brush ? words(...ordered(brush)) : `${short(new Date(line.buckets[0].start))} – ${short(endOf(line.buckets.length - 1))}`;
  }

  /** The number at the tallest bar, on the side where there is room. */
  function largest(most, width) {
    const index = line.buckets.findIndex((bucket) => amount(bucket) === most);
    if (index < 0) return [];
    const isLeft = x(index + 1) > width - 60;
    return svg("text", {
      class: "largest", x: isLeft ? x(index) - 3 : x(index + 1) + 3, y: TOP + 9, "text-anchor": isLeft ? "end" : "start",
    }, `max ${most.toLocaleString()}`);
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
      svg("line", { class: "axis", x1: x(index), x2: x(index), y1: BASE, y2: BASE + 4 }),
      svg("text", { x: x(index), y: BASE + 15 }, label(starts[index])),
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
    const chosen = between(utc(new Date(line.buckets[from].start)), endOf(to).toISOString());
    letGo();
    change(chosen);
  }

  plot.addEventListener("pointerdown", (event) => {
    if (!line || line.buckets.length === 0 || event.button !== 0) return;
    plot.setPointerCapture(event.pointerId);
    brush = { from: barAt(event), to: barAt(event), drawn: true };
    draw();
  });
  plot.addEventListener("pointermove", (event) => {
    if (brush?.drawn) {
      brush.to = barAt(event);
      draw();
    } else if (!brush && line?.buckets.length > 0) {
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
    if (later !== undefined) line = later;
    later = undefined;
    draw();
  }

  onSummary((summary) => {
    later = summary?.timeline ?? null;
    if (!brush) letGo();
  });
  // Other entries: the bars that are being chosen are not theirs.
  onChange((now, before) => narrowingOf(now) !== narrowingOf(before) && letGo());
  onPreference((name) => name === "times" && draw());
  new ResizeObserver(draw).observe(root);
}
