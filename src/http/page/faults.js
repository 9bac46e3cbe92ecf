// What goes wrong, for which requests, how often.

import { call } from "./admin.js";
import { act, button, card, field, input, problem, writing } from "./card.js";
import { h, put } from "./dom.js";
import { follow } from "./follow.js";
import { BUILT_IN } from "./keys.js";
import { effect, occasions } from "./words.js";

const USUAL = [
  ["503 once", { type: "status", status: 503, retryAfter: 2, times: 1 }],
  ["503 for a third", { type: "status", status: 503, retryAfter: 1, times: 1, cycle: 3 }],
  ["429 once", { type: "status", status: 429, retryAfter: 5, times: 1 }],
  ["Delay 2 s", { type: "delay", fixed: "2s" }],
  ["TCP reset once", { type: "reset", times: 1 }],
  ["Truncated body once", { type: "truncate", bytes: 100, times: 1 }],
  ["Malformed JSON once", { type: "malformed", times: 1 }],
  ["Empty reply once", { type: "empty", times: 1 }],
  ["Drip", { type: "drip", bytes: 512, every: "100ms" }],
];
const EXAMPLE = `{"type": "status", "status": 503,
 "retryAfter": 2, "times": 2,
 "match": {"page": 1}}`;

export function mountFaults(column) {
  const list = h("ul", { class: "plain" });
  const ofKeys = h("ul", { class: "plain" });
  const [wrong, wrongText] = [problem(), problem()];
  const key = input("all keys", { list: "fault-keys", size: "14" });
  const all = button("Remove all faults", () => change("All faults are removed.", "DELETE", "/faults"), { class: "danger" });
  const keysSummary = h("summary", {});
  const keys = h("details", {}, keysSummary,
    h("p", { class: "small soft" }, "They belong to keys, hold for these alone, and stay when all faults are removed."), ofKeys);

  async function change(said, method, path, body, where = wrong) {
    const { ok } = await act(where, said, method, path, { body });
    if (ok) await reload();
  }

  function add(label, rule) {
    const meant = key.value.trim();
    const body = meant === "" ? rule : { ...rule, match: { key: meant } };
    return change(`Added: ${label}, ${meant === "" ? "all keys" : "one key"}.`, "POST", "/faults", body);
  }

  const reload = follow(["world", "faults", "requests"], async () => {
    const { ok, json } = await call("GET", "/faults");
    if (!ok) return false;
    const [theirs, ours] = [json.faults.filter(({ ofKey }) => ofKey), json.faults.filter(({ ofKey }) => !ofKey)];
    show(list, ours);
    show(ofKeys, theirs);
    if (ours.length === 0) put(list, h("li", { class: "soft" }, "Nothing goes wrong."));
    all.disabled = ours.length === 0;
    keys.hidden = theirs.length === 0;
    keysSummary.textContent = `${theirs.length} of keys`;
    return true;
  });

  /** Whoever is at a button is not to lose it. */
  function show(list, faults) {
    const at = document.activeElement?.closest("li")?.dataset.fault;
    put(list, faults.map(row));
    if (at) list.querySelector(`[data-fault="${at}"] button`)?.focus();
  }

  function row(fault) {
    const { id, fired, matched } = fault;
    return h("li", { class: "row between fault", dataset: { fault: id } },
      h("div", {},
        h("p", {}, h("span", { class: "pill" }, `fault ${id}`), " ", effect(fault)),
        h("p", { class: "small soft" }, occasions(fault)),
        h("p", { class: "small" }, `Fired ${fired} of ${matched} ${matched === 1 ? "request" : "requests"} met.`)),
      button("Remove", () => change(`Fault ${id} is removed.`, "DELETE", `/faults/${id}`), { "aria-label": `Remove fault ${id}` }));
  }

  column.append(card("Faults", all, list,
    h("div", { class: "row choices", role: "group", "aria-label": "Add a fault" },
      USUAL.map(([label, rule]) => button(label, () => add(label, rule)))),
    field("These for", key),
    h("datalist", { id: "fault-keys" }, BUILT_IN.map(({ token, label }) => h("option", { value: token }, label))),
    wrong,
    writing("Add any rule as JSON", "A rule as JSON", EXAMPLE,
      (text) => change("Added.", "POST", "/faults", text, wrongText), wrongText),
    keys));
}
