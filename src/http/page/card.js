// What the cards of the control room are made of.

import { call, look } from "./admin.js";
import { h, say } from "./dom.js";

/** A region named by its heading; `beside` stands in the line of the heading. */
export function card(title, beside, ...children) {
  const id = `room-${title.toLowerCase().replaceAll(" ", "-")}`;
  return h("section", { class: "card", id, "aria-labelledby": `${id}-title` },
    h("div", { class: "row between head" }, h("h2", { id: `${id}-title`, tabindex: "-1" }, title), beside),
    children);
}

/** Where it is told what the server had against something, next to what caused it. */
export function problem() {
  return h("p", { class: "problem", role: "alert", hidden: true });
}

export function tell(problem, details) {
  problem.hidden = details === "";
  problem.textContent = details;
}

/** Asks the control plane for something: says what was done, or tells the problem; what it changes is seen at once. */
export async function act(problem, said, method, path, options = {}) {
  const answer = await call(method, path, options);
  // The place within a body means something to whoever wrote that body.
  const place = typeof options.body === "string" ? /$^/ : /\bbody:\d+:\d+: /g;
  tell(problem, answer.ok ? "" : answer.details.replace(place, ""));
  if (answer.ok) {
    say(typeof said === "function" ? said(answer.json) : said);
    await look();
  }
  return answer;
}

export function button(label, click, attributes = {}) {
  return h("button", { type: "button", on: { click }, ...attributes }, label);
}

/** A control under its label. */
export function field(label, control) {
  return h("label", { class: "field" }, h("span", {}, label), control);
}

/** A text input; nothing of what is typed here is a word of a language. */
export function input(placeholder, attributes = {}) {
  return h("input", { type: "text", placeholder, autocomplete: "off", spellcheck: "false", ...attributes });
}

/** Controls that are sent together, with Enter too. */
export function form(submit, ...children) {
  const submitted = (event) => {
    event.preventDefault();
    submit();
  };
  return h("form", { class: "row", on: { submit: submitted } }, children);
}

/** A text area for JSON that is folded away until somebody wants it. `send(text)` answers whether it was taken. */
export function writing(title, label, example, send, problem) {
  const area = h("textarea", { rows: "5", spellcheck: "false", class: "mono", "aria-label": label });
  area.value = example;
  return h("details", {}, h("summary", {}, title),
    form(() => send(area.value), area, h("button", {}, "Add")), problem);
}
