// The parts of the control panel: sections, buttons, forms.

import { call, look } from "./admin.js";
import { h, say } from "./dom.js";

/** A region named by its heading; `beside` stands in the line of the heading. */
export function card(title, beside, ...children) {
  const id = `section-${title.toLowerCase().replace(" ", "-")}`;
  return h("section", { class: "part", id, "aria-labelledby": `${id}-title` },
    h("div", { class: "row between" }, h("h2", { id: `${id}-title`, tabindex: "-1" }, title), beside), children);
}

/** Has the control plane do something, and says what was done; all that shows it is read anew. */
export async function act(said, method, path, body) {
  const answer = await call(method, path, { body, everywhere: path.startsWith("/sessions") });
  if (answer.ok) {
    say(typeof said === "function" ? said(answer.json) : said);
    await look();
    document.dispatchEvent(new Event("acted"));
  } else if (typeof body !== "string") {
    // The place within a body means something to whoever wrote that body.
    answer.details = answer.details.replace(/\bbody:\d+:\d+: /g, "");
  }
  return answer;
}

/** Does what was asked for at an element; what the server has against it is told beneath. */
export async function attempt(element, act) {
  const place = element.closest("ul, form, div.row") ?? element;
  const answer = await act();
  if (place.nextSibling?.className === "problem") place.nextSibling.remove();
  if (answer?.ok === false) place.after(h("p", { class: "problem", role: "alert" }, answer.details));
}

export function button(label, act, attributes = {}) {
  const made = h("button", { type: "button", on: { click: () => attempt(made, act) }, ...attributes }, label);
  return made;
}

/** A control under its label. */
export function field(label, control) {
  return h("label", { class: "field" }, h("span", {}, label), control);
}

/** A text input; nothing of what is typed here is a word of a language. */
export function input(placeholder, attributes = {}) {
  return h("input", { placeholder, autocomplete: "off", spellcheck: "false", ...attributes });
}

export function checkbox(label, attributes = {}) {
  const box = h("input", { type: "checkbox", ...attributes });
  return [box, h("label", { class: "check" }, box, label)];
}

/** Controls that are sent together, with Enter too. */
export function form(act, label, ...children) {
  const submit = (event) => {
    event.preventDefault();
    attempt(made, act);
  };
  const made = h("form", { class: "row", on: { submit } }, children, h("button", {}, label));
  return made;
}

/** A text area for JSON, folded away until somebody wants it. */
export function writing(title, label, example, act, { open = false } = {}) {
  const area = h("textarea", { rows: "3", spellcheck: "false", class: "mono", "aria-label": label, value: example });
  return h("details", { open }, h("summary", {}, title), form(() => act(area.value), "Add", area));
}

export function hint(...children) {
  return h("p", { class: "small soft" }, children);
}

export function list(...items) {
  return h("ul", { class: "plain" }, items);
}

/** A number of things: `counted(1, "entry", "entries")`. */
export function counted(number, one, more = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : more}`;
}
