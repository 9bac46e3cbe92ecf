// Entries that come while the view is open: brought in where nobody is disturbed, else offered.

import { onChanges } from "./admin.js";
import { h, put, say } from "./dom.js";
import { isAsking, onAnswered, onAsking, refresh } from "./question.js";
import { change, onChange, state } from "./state.js";
import { onSummary } from "./summary.js";

/** Not more often than this is asked, and spoken of. */
const ASK = 1000;
const SPEAK = 10_000;

/**
 * `reading()` says whether somebody reads what must not move, `count()` how many entries were told of; `top` is where the
 * list begins.
 */
export function mountArrivals(root, { top, reading, count }) {
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

  function disturbs() {
    const { page, endTime } = state();
    return page !== 0 || endTime !== "" || reading() || top.getBoundingClientRect().top < -1;
  }

  function bring() {
    clearTimeout(timer);
    if (!due || failed || isAsking() || state().tab !== "logs") return;
    if (disturbs()) {
      if (summary && count() !== null) offer(Math.max(summary.total - count(), 0));
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
    const text = `${number.toLocaleString()} new ${number === 1 ? "entry" : "entries"}`;
    if (number === 0) put(root);
    else if (was === 0) put(root, h("button", { class: "primary", on: { click: take } }, text));
    else root.firstChild.textContent = text;
    if (number > 0) speak(`${text} can be shown`);
  }

  function take() {
    announced = offered;
    offer(0);
    window.scrollTo({ top: Math.min(scrollY, top.getBoundingClientRect().top + scrollY) });
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
    const news = world !== null && (!same || now.entries !== world.entries || now.arrivals !== world.arrivals);
    world = now;
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
    if (offered > 0) offer(0);
    if (due) bring();
  });
  onChange((now, was) => {
    if (now.session !== was.session) world = null;
    // It is about another question, until the next is there.
    summary = null;
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
