// One entry beside the table: its fields, what to filter by, and the JSON of the API.

import { copy, h, put } from "./dom.js";
import { LABELS } from "./known-values.js";
import { change } from "./state.js";
import { NO_ACTOR, badge } from "./table.js";
import { local, utc } from "./time.js";

/** Either side of an entry, in what is called its surroundings. */
const AROUND = 5 * 60 * 1000;
/** From here on the panel lies over the page; logs.css has the same. */
const covering = matchMedia("(max-width: 720px)");

/** `onClosed()` when somebody closes it; `onStep(1 or -1)` for the entry below or above. */
export function mountDetail(root, { onClosed, onStep }) {
  let shown = null;
  root.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("pre")) return;
    event.preventDefault();
    onStep(step);
  });
  // What lies over everything keeps the focus.
  document.addEventListener("focusin", (event) => {
    if (shown && covering.matches && !root.contains(event.target)) root.querySelector("h2").focus();
  });
  // From anywhere, but for what has an Escape of its own.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown && !event.target.matches("input, select, textarea")) leave();
  });

  function show(entry, how) {
    const hadFocus = root.contains(document.activeElement);
    shown = entry;
    root.hidden = false;
    root.parentElement.classList.add("with-detail");
    const heading = h("h2", { tabindex: "-1", class: "detail-title" }, badge(entry.action), " ", String(entry.objectType));
    put(root, h("header", { class: "row between" }, heading,
      h("button", { class: "quiet", title: "Escape", on: { click: leave } }, "Close")),
      fields(entry), raw(entry),
      h("p", { class: "soft small hint" }, "↑ and ↓ lead to the entries above and below, Escape back to the table."));
    root.scrollTop = 0;
    if (how === "open" || hadFocus) heading.focus();
  }

  function close() {
    shown = null;
    root.hidden = true;
    root.parentElement.classList.remove("with-detail");
    put(root);
  }

  function leave() {
    close();
    onClosed();
  }

  return {
    show,
    close,
    isOpen: () => shown !== null,
    /** After another answer: an entry that is not there any more is not shown either. */
    keep(table) {
      if (!shown || table.chosen()) return;
      const hadFocus = root.contains(document.activeElement);
      close();
      if (hadFocus) onClosed();
    },
  };
}

function fields(entry) {
  const date = new Date(entry.timestamp);
  const around = () => change({ startTime: utc(new Date(date - AROUND)), endTime: utc(new Date(Number(date) + AROUND)) });
  const { actorIdentifier: actor, ipAddress: address } = entry;
  const byActor = /^[^@\s]+@[^@\s]+$/.test(actor ?? "") ? "actorEmails" : "actorApiKeyIdentifiers";
  return h("dl", { class: "fields" },
    actor === undefined
      ? field("Actor", "N/A", filterBy("actorTypes", "ANONYMOUS"), NO_ACTOR)
      : field("Actor", actor, filterBy(byActor, actor)),
    field("Action", entry.action, filterBy("actions", entry.action)),
    field("Object type", entry.objectType, filterBy("objectTypes", entry.objectType)),
    field("Object identifier", entry.objectIdentifier, filterBy("objectIdentifiers", entry.objectIdentifier)),
    field("IP address", address ?? "–", address !== undefined && filterBy("actorIpAddresses", address)),
    field("Date", Number.isNaN(date.getTime()) ? entry.timestamp : local(date), h("button", {
      title: "Five minutes before to five minutes after", on: { click: around },
    }, "Show what happened around"), entry.timestamp));
}

function field(name, value, action, more) {
  return h("div", {}, h("dt", {}, name), h("dd", { class: "value field-value" }, String(value)),
    more && h("dd", { class: "value soft small" }, more),
    action && h("dd", { class: "by" }, action));
}

/** Asks for nothing else in this filter. */
function filterBy(list, value) {
  const comma = String(value).includes(",");
  return h("button", {
    disabled: comma, on: { click: () => change({ [list]: [value] }) },
    title: comma ? "The API splits lists at commas: a value that holds one cannot be asked for" : `${list}=${value}`,
    "aria-label": `Filter by this ${LABELS[list].replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}`,
  }, "Filter by this");
}

function raw(entry) {
  const text = JSON.stringify(entry, null, 2);
  const button = h("button", { on: { click: () => copy(text, button) } }, "Copy JSON");
  return h("section", { class: "raw", "aria-label": "JSON" },
    h("div", { class: "row between" }, h("h3", { class: "small soft" }, "As the API answers it"), button),
    h("pre", { tabindex: "0", "aria-label": "The entry as JSON", role: "region" }, text));
}
