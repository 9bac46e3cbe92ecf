// What goes wrong, for which requests, and how often.

import { call } from "./admin.js";
import { act, button, card, checkbox, counted, field, hint, input, list, writing } from "./card.js";
import { h, put } from "./dom.js";
import { follow } from "./follow.js";
import { BUILT_IN } from "./keys.js";
import { isLike, READY } from "./ready-faults.js";
import { change, onChange, state } from "./state.js";
import { effect, occasions } from "./words.js";

const EXAMPLE = [
  '{"type": "status", "status": 503,',
  ' "times": 2, "match": {"page": 1}}',
].join("\n");

export function mountFaults(panel) {
  const [added, ofKeys] = [list(), list()];
  const says = h("p", { class: "small" });
  // Below the tiles, which stay where they are while one is armed.
  const active = h("div", { hidden: true }, h("h3", {}, "Active faults"), added);
  const key = input("all keys", { list: "fault-keys" });
  const removeAll = button("Remove all faults", () => act("All faults are removed.", "DELETE", "/faults"), { class: "danger" });
  const howMany = h("summary");
  const belonging = h("details", {}, howMany, hint("They apply to their key only. “Remove all faults” keeps them."), ofKeys);
  const [box, also] = checkbox("Apply faults to this page's own requests", {
    on: { change: () => change({ faults: box.checked ? "on" : "" }, { quietly: true }) },
  });
  let faults = [];

  const tiles = Object.values(READY).flatMap(Object.entries).map(([label, rule]) => tile(label, rule));

  function tile(label, rule) {
    const status = h("span", { class: "tile-state" });
    const element = button([h("strong", {}, label), h("span", { class: "small soft" }, `${effect(rule)}. ${occasions(rule)}.`), status],
      () => turn(label, rule), { class: "tile" });
    return { label, element, show() {
      const armed = faults.filter((fault) => !fault.ofKey && isLike(fault, rule));
      element.setAttribute("aria-pressed", String(armed.length > 0));
      status.textContent = armed.length > 0 ? stateOf(armed) : "";
    } };
  }

  /** Arms a ready fault, or removes it. */
  async function turn(label, rule) {
    const armed = faults.filter((fault) => !fault.ofKey && isLike(fault, rule));
    if (armed.length === 0) {
      const name = key.value.trim();
      return act(`Armed: ${label}.`, "POST", "/faults", { ...rule, ...(name === "" ? {} : { match: { key: name } }) });
    }
    let answer;
    for (const { id } of armed) answer = await act(`Removed: ${label}.`, "DELETE", `/faults/${id}`);
    return answer;
  }

  follow(["world", "faults", "requests"], async () => {
    const { ok, json } = await call("GET", "/faults");
    if (!ok) return false;
    faults = json.faults;
    const focused = document.activeElement?.dataset.fault;
    const [theirs, ours] = [faults.filter(({ ofKey }) => ofKey), faults.filter(({ ofKey }) => !ofKey)];
    says.textContent = ours.length > 0 ? `${counted(ours.length, "fault")} active.` : "No faults active.";
    put(added, ours.map(row));
    active.hidden = ours.length === 0;
    put(ofKeys, theirs.map(row));
    howMany.textContent = `${counted(theirs.length, "fault")} built into keys`;
    belonging.hidden = theirs.length === 0;
    removeAll.disabled = ours.length === 0;
    tiles.forEach(({ show }) => show());
    // Whoever was at a button is there still, or at the heading when the fault is gone.
    if (focused) (panel.querySelector(`[data-fault="${focused}"]`) ?? heading).focus();
  }, "faults");

  function row(fault) {
    const { id } = fault;
    return h("li", { class: "row between" },
      h("div", {},
        h("p", {}, h("span", { class: "pill" }, `fault ${id}`), " ", effect(fault)),
        hint(`${occasions(fault)}. ${firedOf([fault])}.`)),
      button("Remove", () => act(`Fault ${id} is removed.`, "DELETE", `/faults/${id}`),
        { "aria-label": `Remove fault ${id}`, dataset: { fault: id } }));
  }

  const groups = Object.entries(READY).map(([name, ready]) => h("div", { class: "tile-group" },
    h("h3", {}, name), h("div", { class: "tiles" }, Object.keys(ready).map((label) => tiles.find((tile) => tile.label === label).element))));
  const showBox = () => (box.checked = state().faults === "on");
  onChange(showBox);
  showBox();

  const section = card("Faults", removeAll, says, also,
    h("div", { role: "group", "aria-label": "Add a fault", class: "tile-groups" },
      field("For requests with key", key), groups),
    h("datalist", { id: "fault-keys" }, BUILT_IN.map(({ token, what }) => h("option", { value: token }, what))),
    active,
    writing("Add any rule as JSON", "A rule as JSON", EXAMPLE, (text) => act("Added.", "POST", "/faults", text)),
    belonging);
  const heading = section.querySelector("h2");
  panel.append(section);
}

/** Of rules that are armed: for which key, and how often they fired. */
function stateOf(armed) {
  const isUsedUp = armed.every(({ times, cycle, fired }) => times !== undefined && cycle === undefined && fired >= times);
  return `${isUsedUp ? "Used up" : "Armed"}, fired ${counted(sumOf(armed, "fired"), "time")}`;
}

function firedOf(faults) {
  return `Fired ${counted(sumOf(faults, "fired"), "time")} for ${counted(sumOf(faults, "matched"), "request")}`;
}

function sumOf(faults, member) {
  return faults.reduce((sum, fault) => sum + fault[member], 0);
}
