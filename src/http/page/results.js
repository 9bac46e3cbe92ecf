// The entries: what the API answered to the question of the view, or why it did not.

import { mountArrivals } from "./arrivals.js";
import { mountDetail } from "./detail.js";
import { h, put, say } from "./dom.js";
import { emptiness } from "./empty.js";
import { mountPaging, span } from "./paging.js";
import { isAsking, onAnswered, onAsking, refresh } from "./question.js";
import { state } from "./state.js";
import { mountTable } from "./table.js";
import { showTrouble } from "./trouble.js";

export function mountResults(root) {
  const totals = h("p", { class: "totals" });
  const arrived = h("div", { class: "row" });
  const again = h("button", { class: "quiet", on: { click: () => refresh() } }, "Refresh");
  const waiting = h("span", { class: "soft small waiting-text", hidden: true });
  const head = h("div", { class: "results-head row between" },
    h("div", { class: "row" }, totals, waiting), h("div", { class: "row" }, arrived, again));
  const message = h("div", { class: "message", tabindex: "-1" });
  const box = h("div", { class: "table-box" });
  const pages = h("nav", { class: "pages", "aria-label": "Pages" });
  const list = h("div", { class: "list card" }, message, box, pages);
  const aside = h("aside", { class: "detail card", "aria-label": "Entry", hidden: true });
  put(root, head, h("div", { class: "results-body" }, list, aside));

  const table = mountTable(box, { onChosen: (entry, how) => detail.show(entry, how) });
  const detail = mountDetail(aside, { onClosed: () => table.unchoose(), onStep: (step) => table.step(step) });
  const paging = mountPaging(pages);
  const arrivals = mountArrivals(arrived, { top: root, reading: () => detail.isOpen() || table.isRead(), count: () => table.total() });
  let stopTrouble = () => {};
  let timer;

  function wait() {
    stopTrouble();
    clearInterval(timer);
    const began = performance.now();
    box.setAttribute("aria-busy", "true");
    root.classList.add("asking");
    if (table.isUntouched()) table.showSkeleton();
    // Most answers are there before anybody could read that they are awaited.
    timer = setInterval(() => {
      waiting.hidden = false;
      waiting.textContent = `Waiting for the answer … ${Math.round((performance.now() - began) / 1000)} s`;
    }, 1000);
  }

  function done() {
    clearInterval(timer);
    waiting.hidden = true;
    root.classList.remove("asking");
    box.setAttribute("aria-busy", "false");
  }

  function show({ answer, quietly }) {
    stopTrouble();
    done();
    const understood = answer.status === 200 && Array.isArray(answer.json?.logs);
    if (!understood) {
      // What was asked for by nobody takes nothing away that is being read.
      if (!quietly) {
        table.clear();
        paging.clear();
        detail.close();
        totals.textContent = "";
      }
      stopTrouble = showTrouble(message, answer);
      return;
    }
    const { logs, total, totalPages } = answer.json;
    const taken = quietly ? 0 : arrivals.taken();
    table.show(answer.json, { marking: quietly ? "unknown" : taken });
    // The button that asked for them is gone.
    if (taken > 0 && document.activeElement === document.body) table.focusFirst();
    detail.keep(table);
    paging.show({ page: state().page, totalPages });
    put(totals, span(state(), logs.length, total));
    put(message, logs.length === 0 && emptiness(answer.json));
    if (!quietly) say(logs.length === 0 ? message.textContent : totals.textContent);
  }

  onAsking(wait);
  onAnswered(show);
  if (isAsking()) wait();
}
