// Tabs of which one panel is shown; it is made when it is first shown. The address has its name.

import { h, put } from "./dom.js";
import { change, onChange, state } from "./state.js";

/** `panels` has for each name the label of its tab and what fills its panel. */
export function mountPanels(root, panels) {
  const names = Object.keys(panels);
  const made = new Set();
  const tabs = names.map((name) => h("button", {
    role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, on: { click: () => change({ panel: name }, { quietly: true }) },
  }, panels[name][0]));
  const bodies = names.map((name) => h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, class: "panel" }));

  function step(event) {
    const number = names.indexOf(state().panel);
    const next = { ArrowRight: number + 1, ArrowLeft: number - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = tabs.at(next % names.length);
    tab.click();
    tab.focus();
  }

  function show() {
    const { panel } = state();
    names.forEach((name, number) => {
      const isChosen = name === panel;
      tabs[number].setAttribute("aria-selected", String(isChosen));
      tabs[number].tabIndex = isChosen ? 0 : -1;
      bodies[number].hidden = !isChosen;
      if (!isChosen || made.has(name)) return;
      made.add(name);
      panels[name].slice(1).forEach((mount) => mount(bodies[number]));
    });
  }

  put(root, h("div", { role: "tablist", class: "tabs", "aria-label": "Panels", on: { keydown: step } }, tabs), bodies);
  onChange(show);
  show();
}
