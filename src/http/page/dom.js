// Elements from code. Content is always text, so an entry that holds markup is shown as it is written.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. `attributes` may hold: `class`, `dataset` (an object), `on` (event → listener), any property that is
 * not text (`hidden`, `disabled`, `checked`, `value`), and any attribute. Children are elements, text, or nothing.
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

const PROPERTIES = new Set(["hidden", "disabled", "checked", "value", "selected", "open", "indeterminate", "htmlFor"]);

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Replaces what an element holds. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Says something to whoever listens to the page instead of looking at it. */
export function say(text) {
  document.getElementById("spoken").textContent = text;
}

/** Copies text, and tells on the button that it was done. */
export async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Only a secure page, such as one of localhost, may write to the clipboard.
    button.textContent = "Select and copy by hand";
  }
  say(button.textContent);
  setTimeout(() => (button.textContent = label), 1600);
}
