// The search box: what is typed is looked for in the values of all attributes, and a suggestion that is chosen becomes a filter.

import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { KNOWN, LABELS } from "./known-values.js";
import { LISTS, change, state } from "./state.js";
import { summary, valuesContaining } from "./summary.js";
import { visible, visibleText } from "./visible.js";

/** Suggestions of one attribute, and of all. */
const EACH = 4;
const MOST = 14;
/** While somebody types, the server is asked after this. */
const TYPING = 120;
/** The attributes that take any text, the likeliest for a text of its form first. */
const TEXTS = LISTS.filter((list) => !(list in KNOWN));
const FORMS = { actorEmails: /@/, actorIpAddresses: /^[\da-f]*[.:][\da-f.:]+$/i };

export function search() {
  const list = h("ul", { id: "suggestions", class: "suggestions popover", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const input = h("input", {
    id: "search", class: "search-input", type: "text", role: "combobox", "aria-label": "Search values of all attributes", "aria-controls": "suggestions",
    "aria-expanded": "false", "aria-autocomplete": "list", placeholder: "Filter by any value: service, e-mail, IP address …",
    autocomplete: "off", spellcheck: "false", autocapitalize: "none", enterkeyhint: "search",
    on: { input: typed, keydown: pressed, blur: close, focus: typed },
  });
  /** `{list, value, count}` as they are shown; `active` is the place of the one that Enter chooses. */
  let suggested = [];
  let active = 0;
  let timer;
  let found = null;
  /** Grows whenever an answer that is on its way is no longer wanted. */
  let looks = 0;

  function typed() {
    clearTimeout(timer);
    looks += 1;
    found = null;
    show();
    if (input.value.trim() !== "") timer = setTimeout(look, TYPING);
  }

  async function look() {
    const mine = looks;
    // Another word may be that of the attribute.
    const [longest] = wordsOf(input.value).sort((a, b) => b.length - a.length);
    const counted = await valuesContaining(longest);
    if (mine !== looks) return;
    found = counted;
    show();
  }

  function show() {
    const text = input.value.trim();
    suggested = text === "" ? [] : suggestions(text, [found, summary()]);
    active = Math.min(active, Math.max(suggested.length - 1, 0));
    put(list, suggested.map(({ list: name, value, count }, place) => h("li", {
      role: "option", id: `suggestion-${place}`, "aria-selected": String(place === active), title: visibleText(value),
      // Before the box loses the focus.
      on: { pointerdown: (event) => { event.preventDefault(); take(suggested[place]); } },
    }, h("span", { class: "soft attribute" }, LABELS[name]), " ", h("span", { class: "value" }, visible(value)), " ",
      h("span", { class: "count" }, count === undefined ? "exactly this" : count.toLocaleString()))));
    list.hidden = suggested.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    point();
  }

  function point() {
    for (const [place, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(place === active));
    if (suggested.length === 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `suggestion-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  function take({ list: name, value }) {
    input.value = "";
    active = 0;
    close();
    if (!state()[name].includes(value)) change({ [name]: [...state()[name], value] });
  }

  function close() {
    clearTimeout(timer);
    looks += 1;
    suggested = [];
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && suggested.length > 0) {
      active = (active + step + suggested.length) % suggested.length;
      point();
    } else if (event.key === "Enter" && suggested.length > 0) take(suggested[active]);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Escape") input.value = "";
    else {
      if (event.key.length === 1) active = 0;
      return;
    }
    event.preventDefault();
  }

  return h("div", { class: "search", role: "search" }, icon("search"), input, h("kbd", { "aria-hidden": "true" }, "/"), list);
}

const wordsOf = (text) => text.trim().toLowerCase().split(/\s+/);

/** Values with all the words in them or in the name of their attribute, the commonest first; then the text itself. */
function suggestions(text, counted) {
  const words = wordsOf(text);
  const known = LISTS.flatMap((list) => {
    const listed = counted.flatMap((summary) => summary?.values[list] ?? []);
    const values = listed.length > 0 ? [...new Map(listed.map((one) => [one.value, one])).values()] : (KNOWN[list] ?? []).map((value) => ({ value }));
    const holds = ({ value }) => {
      const where = `${LABELS[list]} ${value}`.toLowerCase();
      return words.every((word) => where.includes(word)) && !state()[list].includes(value);
    };
    return values.filter(holds).slice(0, EACH).map((value) => ({ list, ...value }));
  });
  const likeness = ({ value }) => (value.toLowerCase() === text.toLowerCase() ? 2 : value.toLowerCase().startsWith(words.at(-1)) ? 1 : 0);
  known.sort((a, b) => likeness(b) - likeness(a) || (b.count ?? 0) - (a.count ?? 0));
  const fitting = TEXTS.filter((list) => FORMS[list]?.test(text));
  const exactly = (fitting.length > 0 ? [...fitting, "objectIdentifiers"] : ["objectIdentifiers", "actorApiKeyIdentifiers"])
    .filter((list) => !known.some((one) => one.list === list && one.value === text))
    .map((list) => ({ list, value: text }));
  return [...known.slice(0, MOST), ...exactly];
}
