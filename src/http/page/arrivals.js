// Entries that come while the view is open: brought in where nobody is disturbed, else offered.

import { onChanges } from "./admin.js";
import { h, put, say } from "./dom.js";
import { isAsking, onAnswered, onAsking, refresh } from "./question.js";
import { isPaused, onPause, pause } from "./pause.js";
import { hasJumped } from "./period.js";
import { change, isFiltered, narrowingOf, onChange, state } from "./state.js";
import { onSummary } from "./summary.js";

/** Not more often than this is asked, and spoken of. */
const ASK = 1000;
const SPEAK = 10_000;

/**
 * `reading()` says whether somebody reads what must not move, `count()` how many entries were told of; `scroller` is what the
 * list scrolls in.
 */
export function mountArrivals(root, { scroller, reading, count }) {
  let due = false;
  let failed = false;
  let asked = 0;
  let spoken = 0;
  let timer;
  /** How many are offered, and how many of the next answer are known to be new. */
  let offered = 0;
  let announced = 0;
  let world = null;
  let before = 0;
  let summary = null;
  /** How many entries the world had when the view was paused. */
  let entriesAtPause = 0;
  const pausing = h("button", {
    class: "quiet", hidden: true, "aria-label": "Pause updates", on: { click: () => pause(!isPaused()) },
  }, "Pause");
  const offering = h("span");
  put(root, offering, pausing);

  function disturbs() {
    const { page, endTime } = state();
    const isScrolled = scroller.scrollTop > 1 || scroller.getBoundingClientRect().top < 0;
    return isPaused() || page !== 0 || endTime !== "" || reading() || isScrolled;
  }

  /** How many have arrived; null if it is not known how many of them match. */
  function arrived() {
    if (isPaused()) return isFiltered(state()) ? null : Math.max(world.entries - entriesAtPause, 0);
    return summary && count() !== null ? Math.max(summary.total - count(), 0) : 0;
  }

  function bring() {
    clearTimeout(timer);
    if (!due || failed || isAsking() || state().tab !== "logs") return;
    if (disturbs()) {
      offer(arrived());
      return;
    }
    const wait = asked + ASK - Date.now();
    if (wait > 0) {
      timer = setTimeout(bring, wait);
      return;
    }
    due = false;
    asked = Date.now();
    refresh({ quietly: true });
  }

  function offer(number) {
    const was = offered;
    offered = number;
    const text = number === null ? "New entries" : `${number.toLocaleString()} new ${number === 1 ? "entry" : "entries"}`;
    if (number === 0) put(offering);
    else if (was === 0) put(offering, h("button", { class: "primary", on: { click: take } }, text));
    else offering.firstChild.textContent = text;
    if (number !== 0 && number !== was) speak(`${text} can be shown`);
  }

  function take() {
    announced = offered ?? 0;
    offer(0);
    scroller.scrollTop = 0;
    if (isPaused()) pause(false);
    // The end of a range that is asked for stays; its first page is where what came in is.
    if (state().page !== 0) change({ page: 0 });
    else refresh();
  }

  function speak(text) {
    if (Date.now() - spoken < SPEAK) return;
    spoken = Date.now();
    say(text);
  }

  onChanges((now) => {
    const same = world === null || now.world === world.world;
    const isMoved = world !== null && state().range !== "" && hasJumped(now, world);
    const news = world !== null && (!same || isMoved || now.entries !== world.entries || now.arrivals !== world.arrivals);
    world = now;
    pausing.hidden = !now.live && !isPaused();
    if (!news) return;
    due = true;
    // Another world: what is shown is not there any more.
    if (!same && !failed && state().tab === "logs" && !isAsking()) refresh();
    else bring();
  });
  onSummary((counted) => {
    summary = counted;
    bring();
  });
  // Its answer holds whatever has come until now.
  onAsking(() => (due = false));
  onAnswered(({ answer, quietly }) => {
    failed = answer.status !== 200 || !Array.isArray(answer.json?.logs);
    if (failed) return;
    if (quietly && answer.json.total > before) {
      const more = answer.json.total - before;
      speak(`${more} new ${more === 1 ? "entry" : "entries"}`);
    }
    before = answer.json.total;
    if (offered !== 0) offer(0);
    entriesAtPause = world?.entries ?? 0;
    if (due) bring();
  });
  onChange((now, was) => {
    if (now.session !== was.session) world = null;
    // It is about another question, until the next is there.
    if (narrowingOf(now) !== narrowingOf(was)) summary = null;
    bring();
  });
  onPause(() => {
    pausing.textContent = isPaused() ? "Resume" : "Pause";
    pausing.setAttribute("aria-label", isPaused() ? "Resume updates" : "Pause updates");
    entriesAtPause = world?.entries ?? 0;
    say(isPaused() ? "Updates are paused." : "Updates are on.");
    bring();
  });

  return {
    /** How many entries at the top of this answer somebody asked for because they are new. */
    taken() {
      const number = state().page === 0 ? announced : 0;
      announced = 0;
      return number;
    },
  };
}
