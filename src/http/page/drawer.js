// One entry beside the table: its fields, each to be copied and to filter by, and the JSON of the API.

import { worldNow } from "./admin.js";
import { h, put } from "./dom.js";
import { copyButton, iconButton } from "./icons.js";
import { LABELS } from "./known-values.js";
import { between, change } from "./state.js";
import { NO_ACTOR, badge } from "./table.js";
import { local, relative, utc } from "./time.js";
import { json, visible, visibleJson, visibleText } from "./visible.js";

/** Either side of an entry, in what is called its surroundings. */
const AROUND = 5 * 60 * 1000;
/** From here on the drawer covers the page; logs.css has the same. */
const covering = matchMedia("(max-width: 720px)");

/** `onClosed()` when somebody closes it; `onStep(1 or -1)` for the entry below or above. */
export function mountDrawer(root, { onClosed, onStep }) {
  let isOpen = false;
  root.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("pre")) return;
    event.preventDefault();
    onStep(step);
  });
  // What lies over everything keeps the focus.
  document.addEventListener("focusin", (event) => {
    if (isOpen && covering.matches && !root.contains(event.target)) root.querySelector("h2").focus();
  });
  // From anywhere, but for what has an Escape of its own.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen && !event.target.matches("input, select, textarea, dialog, dialog *")) leave();
  });

  /** `how`: `open` takes the focus, `step` and `restore` leave it where it is. */
  function show(entry, how) {
    open(how, [badge(entry.action), " ", h("span", {}, visible(entry.objectType))], fields(entry), raw(entry));
  }

  function showMissing() {
    open("restore", ["Entry not found"], h("p", {}, "No entry of this address is in this session any more, or this key may not read it."));
  }

  function open(how, title, ...content) {
    const hadFocus = root.contains(document.activeElement);
    isOpen = true;
    root.hidden = false;
    const heading = h("h2", { tabindex: "-1", class: "drawer-title" }, title);
    put(root,
      h("header", { class: "row between" }, heading, h("div", { class: "row" },
        copyButton("link", "Copy link to this entry", () => location.href),
        iconButton("close", "Close", leave, { title: "Close (Esc)" }))),
      content,
      h("p", { class: "soft small hint" }, "↑ ↓ previous/next entry · Esc close"));
    root.scrollTop = 0;
    if (how === "open" || hadFocus) heading.focus();
  }

  function close() {
    isOpen = false;
    root.hidden = true;
    put(root);
  }

  function leave() {
    close();
    onClosed();
  }

  return { show, showMissing, close, isOpen: () => isOpen };
}

function fields(entry) {
  const date = new Date(entry.timestamp);
  const around = () => change(between(utc(new Date(date - AROUND)), utc(new Date(Number(date) + AROUND))));
  const { actorIdentifier: actor, ipAddress: address } = entry;
  const byActor = /^[^@\s]+@[^@\s]+$/.test(actor ?? "") ? "actorEmails" : "actorApiKeyIdentifiers";
  const isDate = !Number.isNaN(date.getTime());
  return h("dl", { class: "fields" },
    actor === undefined
      ? field("Actor", null, filterBy("actorTypes", "ANONYMOUS"), `N/A: ${NO_ACTOR.toLowerCase()}`)
      : field("Actor", actor, filterBy(byActor, actor)),
    field("Action", entry.action, filterBy("actions", entry.action)),
    field("Object type", entry.objectType, filterBy("objectTypes", entry.objectType)),
    field("Object identifier", entry.objectIdentifier, filterBy("objectIdentifiers", entry.objectIdentifier)),
    field("IP address", address ?? null, address !== undefined && filterBy("actorIpAddresses", address), address === undefined && "not known"),
    field("Date", entry.timestamp, isDate && iconButton("time", "Show entries around this time (±5 min)", around),
      isDate && `${local(date)} · ${relative(date, worldNow())}`));
}

/** A value that is null is told by `more` alone. */
function field(name, value, action, more) {
  return h("div", {}, h("dt", {}, name),
    value !== null && h("dd", { class: "field-value" }, visible(value)),
    more && h("dd", { class: "soft small" }, more),
    h("dd", { class: "by" }, value !== null && copyButton("copy", `Copy ${lower(name)}`, () => String(value)), action));
}

const lower = (label) => label.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

/** Asks for nothing else in this filter. */
function filterBy(list, value) {
  const comma = String(value).includes(",");
  return iconButton("filter", `Filter by this ${lower(LABELS[list])}`, () => change({ [list]: [value] }), {
    disabled: comma,
    title: comma ? "The API splits lists at commas: a value that holds one cannot be asked for" : visibleText(`${list}=${value}`),
  });
}

function raw(entry) {
  const text = json(entry);
  return h("section", { class: "raw", "aria-label": "JSON" },
    h("div", { class: "row between" }, h("h3", { class: "small soft" }, "API response"), copyButton("copy", "Copy JSON", () => text)),
    h("pre", { tabindex: "0", "aria-label": "The entry as JSON", role: "region" }, visibleJson(text)));
}
