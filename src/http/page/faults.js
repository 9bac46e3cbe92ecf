// What goes wrong, for which requests, how often.

import { call } from "./admin.js";
import { act, button, card, counted, field, hint, input, list, writing } from "./card.js";
import { h, put } from "./dom.js";
import { follow } from "./follow.js";
import { BUILT_IN } from "./keys.js";
import { effect, occasions } from "./words.js";

const USUAL = {
  "503 once": { type: "status", status: 503, retryAfter: 2, times: 1 },
  "503 for a third": { type: "status", status: 503, retryAfter: 1, times: 1, cycle: 3 },
  "429 once": { type: "status", status: 429, retryAfter: 5, times: 1 },
  "503 until a date": { type: "status", status: 503, retryAfter: 5, retryAfterDate: true, times: 1 },
  "502 as HTML once": { type: "status", status: 502, body: html("502 Bad Gateway"), times: 1 },
  "504 as HTML once": { type: "status", status: 504, body: html("504 Gateway Time-out"), times: 1 },
  "200 as HTML once": { type: "status", status: 200, body: html("Please sign in"), times: 1 },
  "200 without a body once": { type: "status", status: 200, body: "", times: 1 },
  "403 outside the plan": { type: "status", status: 403, message: "Product access to [AUDIT_LOGS] not permitted" },
  "Delay 2 s": { type: "delay", fixed: "2s" },
  "TCP reset once": { type: "reset", times: 1 },
  "Truncated body once": { type: "truncate", bytes: 100, times: 1 },
  "Malformed JSON once": { type: "malformed", times: 1 },
  "Empty reply once": { type: "empty", times: 1 },
  Drip: { type: "drip", bytes: 512, every: "100ms" },
};

/** A page of a gateway. */
function html(heading) {
  return `<html><head><title>${heading}</title></head><body><h1>${heading}</h1></body></html>\n`;
}

const EXAMPLE = [
  '{"type": "status", "status": 503,',
  ' "times": 2, "match": {"page": 1}}',
].join("\n");

export function mountFaults(column) {
  const [ours, theirs] = [list(), list()];
  const key = input("all keys", { list: "fault-keys" });
  const all = button("Remove all faults", () => act("All faults are removed.", "DELETE", "/faults"), { class: "danger" });
  const howMany = h("summary");
  const ofKeys = h("details", {}, howMany, hint("They hold for their key alone, and stay when all faults are removed."), theirs);

  function add(label) {
    const meant = key.value.trim();
    const match = meant === "" ? {} : { match: { key: meant } };
    return act(`Added: ${label}.`, "POST", "/faults", { ...USUAL[label], ...match });
  }

  follow(["world", "faults", "requests"], async () => {
    const { ok, json } = await call("GET", "/faults");
    if (!ok) return false;
    const focused = document.activeElement?.dataset.fault;
    const belonging = json.faults.filter(({ ofKey }) => ofKey);
    const others = json.faults.filter(({ ofKey }) => !ofKey);
    put(ours, others.length > 0 ? others.map(row) : h("li", { class: "soft" }, "Nothing goes wrong."));
    put(theirs, belonging.map(row));
    howMany.textContent = `${belonging.length} of keys`;
    ofKeys.hidden = belonging.length === 0;
    all.disabled = others.length === 0;
    // Whoever was at a button is there still, or at the heading when the fault is gone.
    if (focused) (column.querySelector(`[data-fault="${focused}"]`) ?? heading).focus();
  });

  function row(fault) {
    const { id, fired, matched } = fault;
    return h("li", { class: "row between" },
      h("div", {},
        h("p", {}, h("span", { class: "pill" }, `fault ${id}`), " ", effect(fault)),
        hint(occasions(fault)),
        h("p", { class: "small" }, `Fired ${counted(fired, "time")}, met ${counted(matched, "request")}.`)),
      button("Remove", () => act(`Fault ${id} is removed.`, "DELETE", `/faults/${id}`),
        { "aria-label": `Remove fault ${id}`, dataset: { fault: id } }));
  }

  const faults = card("Faults", all, ours,
    h("div", { class: "row choices", role: "group", "aria-label": "Add a fault" }, Object.keys(USUAL).map((label) => button(label, () => add(label)))),
    field("For requests of", key),
    h("datalist", { id: "fault-keys" }, BUILT_IN.map(({ token, label }) => h("option", { value: token }, label))),
    writing("Add any rule as JSON", "A rule as JSON", EXAMPLE, (text) => act("Added.", "POST", "/faults", text)),
    ofKeys);
  const heading = faults.querySelector("h2");
  column.append(faults);
}
