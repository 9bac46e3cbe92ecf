// The request behind the view and its response, docked below the entries: to see why a client gets what it gets, and to copy.

import { copy, h, put } from "./dom.js";
import { isTyped } from "./keys.js";
import { onAnswered, onAsking } from "./question.js";
import { SNIPPETS } from "./snippets.js";
import { json as readable, visibleLines } from "./visible.js";

/** More of a body than this is not shown: nobody reads it, and it takes the browser long. */
const LONGEST = 60_000;
const RAW = "Raw response";

export function mountDock(root) {
  const line = h("code", { class: "asked", tabindex: "0", "aria-label": "URL of the request" });
  const outcome = h("span", { class: "outcome row small" });
  const body = h("div", { class: "made", id: "request-made", hidden: true });
  const toggle = h("button", { class: "small", "aria-expanded": "false", "aria-controls": "request-made", on: { click: () => open(body.hidden) } }, "Code");
  put(root, body, h("div", { class: "dock-line" }, h("span", { class: "badge UPDATE" }, "GET"), line, outcome, toggle));

  let shown = null;
  let chosen = SNIPPETS[0].name;

  function open(yes) {
    body.hidden = !yes;
    toggle.setAttribute("aria-expanded", String(yes));
    if (yes) draw();
  }

  function draw() {
    if (body.hidden || !shown) return;
    const kinds = [...SNIPPETS.map(({ name }) => name), RAW];
    const text = chosen === RAW ? raw(shown.answer) : SNIPPETS.find(({ name }) => name === chosen).of(safe(shown.request));
    const button = h("button", { class: "small", on: { click: () => copy(text, button) } }, "Copy");
    const tabs = kinds.map((name) => h("button", {
      role: "tab", id: `made-${name.replace(/\W/g, "")}`, "aria-selected": String(name === chosen), "aria-controls": "made-text",
      tabindex: name === chosen ? "0" : "-1", on: { click: () => choose(name) },
    }, name));
    const list = h("div", { role: "tablist", "aria-label": "Clients", class: "tabs", on: { keydown: (event) => step(event, kinds) } }, tabs);
    put(body,
      h("div", { class: "row between" }, list, button),
      h("pre", { id: "made-text", role: "tabpanel", tabindex: "0", "aria-labelledby": `made-${chosen.replace(/\W/g, "")}` }, visibleLines(text)));
  }

  function choose(name) {
    chosen = name;
    draw();
    body.querySelector("[aria-selected=true]").focus();
  }

  function step(event, kinds) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) choose(kinds[(kinds.indexOf(chosen) + by + kinds.length) % kinds.length]);
  }

  onAsking((request) => {
    line.textContent = pathOf(request);
    put(outcome, h("span", { class: "soft" }, "Loading …"));
  });
  onAnswered((now) => {
    shown = now;
    line.textContent = pathOf(now.request);
    put(outcome, told(now.answer));
    draw();
  });
}

const pathOf = (request) => request.url.slice(location.origin.length);

/** A token that was typed in is nobody's to read over a shoulder, or to paste somewhere. */
function safe(request) {
  return isTyped() ? { ...request, headers: { Authorization: "Bearer $CORTEX_API_KEY" } } : request;
}

function told({ status, reason, milliseconds, bytes, failure }) {
  const time = milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds);
  const size = bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
  return [
    h("span", { class: `badge s${String(status)[0]}` }, failure ? "no response" : `${status} ${reason}`.trim()),
    h("span", { class: "soft" }, `${time} ms`),
    !failure && h("span", { class: "soft" }, size),
  ];
}

function raw({ status, reason, headers, text, json, failure }) {
  if (failure) return failure;
  const head = [`HTTP ${status} ${reason}`.trim(), ...[...headers].map(([name, value]) => `${name}: ${value}`)];
  const body = json === null ? text : readable(json);
  const rest = body.length > LONGEST ? `\n… and ${(body.length - LONGEST).toLocaleString()} characters more` : "";
  return `${head.join("\n")}\n\n${body.slice(0, LONGEST)}${rest}`;
}
