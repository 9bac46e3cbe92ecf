// The entries: what the API answered to the question of the view, or why it did not.

import { ask, requestOf } from "./api.js";
import { mountArrivals } from "./arrivals.js";
import { h, put, say } from "./dom.js";
import { mountDrawer } from "./drawer.js";
import { emptiness } from "./empty.js";
import { idOf, timestampOf } from "./entry-id.js";
import { exporting } from "./export.js";
import { iconButton } from "./icons.js";
import { mountPaging, span } from "./paging.js";
import { onPreference, prefer, preference } from "./preferences.js";
import { isAsking, onAnswered, onAsking, refresh } from "./question.js";
import { change, onChange, read, state } from "./state.js";
import { mountTable } from "./table.js";
import { showTrouble } from "./trouble.js";

/** `aside` is where an entry is shown. What the keys do is answered: `{step, turn}`. */
export function mountResults(root, aside) {
  const totals = h("p", { class: "totals" });
  const arrived = h("div", { class: "row" });
  const again = iconButton("refresh", "Refresh", () => refresh());
  const facets = h("button", {
    class: "facets-toggle", "aria-controls": "facets",
    on: { click: () => prefer("facets", preference("facets") === "open" ? "folded" : "open") },
  }, "Facets");
  const waiting = h("span", { class: "soft small waiting-text", hidden: true });
  const pages = h("nav", { class: "pages", "aria-label": "Pages" });
  const head = h("div", { class: "results-head" }, facets, totals, waiting,
    h("div", { class: "row results-actions" }, arrived, again, exporting(), pages));
  const message = h("div", { class: "message", tabindex: "-1" });
  const box = h("div", { class: "table-box" });
  const list = h("div", { class: "list", id: "entries", tabindex: "-1" }, message, box);
  put(root, head, list);

  const table = mountTable(box, { onChosen: open });
  const drawer = mountDrawer(aside, { onClosed: closed, onStep: (by) => table.step(by) });
  const paging = mountPaging(pages, { onPage: () => (list.scrollTop = 0) });
  const arrivals = mountArrivals(arrived, { scroller: list, reading: () => drawer.isOpen() || table.isRead(), count: () => table.total() });
  let stopTrouble = () => {};
  let timer;
  /** The entry in the drawer, or the one that is on its way there. */
  let opened = "";

  function open(entry, how) {
    opened = idOf(entry);
    drawer.show(entry, how);
    // One step back leads out of the drawer, not through all that was in it.
    change({ entry: opened }, { quietly: how === "step" });
  }

  function closed() {
    opened = "";
    change({ entry: "" });
    table.unchoose();
  }

  /** Shows the entry that the address names, from the table or else from the API; its row is marked if there is one. */
  async function restore() {
    const { entry: id } = state();
    if (id === opened && (id === "" || table.hasChosen())) return;
    const shown = table.find(id);
    if (id === opened) return;
    opened = id;
    if (id === "") drawer.close();
    else if (shown) drawer.show(shown, "restore");
    else {
      const instant = timestampOf(id);
      const answer = await ask(requestOf({ ...read(""), pageSize: 1000 }, { startTime: instant, endTime: instant }));
      if (opened !== id) return;
      const found = answer.json?.logs?.find((entry) => idOf(entry) === id);
      if (found) drawer.show(found, "restore");
      else drawer.showMissing();
    }
  }

  function wait() {
    stopTrouble();
    clearInterval(timer);
    const began = performance.now();
    list.setAttribute("aria-busy", "true");
    root.classList.add("loading");
    // What the last answer was instead of entries is not what the next one is.
    if (message.hasChildNodes()) {
      if (message.contains(document.activeElement)) list.focus();
      put(message);
      put(totals);
      table.showSkeleton();
    } else if (table.isUntouched()) table.showSkeleton();
    // Most answers are there before anybody could read that they are awaited.
    timer = setInterval(() => {
      waiting.hidden = false;
      waiting.textContent = `Loading … ${Math.round((performance.now() - began) / 1000)} s`;
    }, 1000);
  }

  function done() {
    clearInterval(timer);
    waiting.hidden = true;
    root.classList.remove("loading");
    list.setAttribute("aria-busy", "false");
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
        drawer.close();
        opened = "";
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
    restore();
    paging.show({ page: state().page, totalPages });
    put(totals, span(state(), logs.length, total), logs.length > 0 && h("span", { class: "soft order" }, " · newest first"));
    put(message, logs.length === 0 && emptiness(answer.json));
    if (!quietly) say(logs.length === 0 ? message.textContent : totals.textContent);
  }

  function showFacets() {
    facets.setAttribute("aria-expanded", String(preference("facets") === "open"));
  }

  onPreference(showFacets);
  showFacets();
  onChange((now, before) => {
    if (now.tab === "logs" && now.entry !== before.entry) restore();
  });
  onAsking(wait);
  onAnswered(show);
  if (isAsking()) wait();
  return { step: (by) => table.step(by), turn: (by) => paging.step(by) };
}
