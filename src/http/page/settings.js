// Settings that apply to every client of the session.

import { call } from "./admin.js";
import { act, card, checkbox, field, form, hint, input } from "./card.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";

export function mountSettings(panel) {
  const limit = input("1000/min, 5/s or off");
  const [strict, strictly] = checkbox("Strict");
  const offsets = h("select", {}, ["honoured", "ignored", "refused"].map((word) => h("option", {}, word)));
  let kept = null;

  follow(["world", "requests"], async () => {
    const { ok, json } = await call("GET", "/settings");
    if (!ok) return false;
    // What somebody is just changing stays.
    if (!kept || limit.value === kept.rateLimit) limit.value = json.rateLimit;
    if (!kept || strict.checked === kept.strict) strict.checked = json.strict;
    if (!kept || offsets.value === kept.offsets) offsets.value = json.offsets;
    kept = json;
  }, "faults");

  function save() {
    const said = ({ rateLimit, strict, offsets }) => {
      kept = null;
      return `Saved: rate limit ${rateLimit}, ${strict ? "strict" : "lenient"}, offsets ${offsets}.`;
    };
    const settings = { rateLimit: limit.value.trim(), strict: strict.checked, offsets: offsets.value };
    return act(said, "PATCH", "/settings", settings);
  }

  panel.append(card("Settings", null, form(save, "Save", field("Rate limit", limit), field("Offsets", offsets), strictly),
    hint("Strict rejects what the contract does not list, such as a misspelt filter. A key's own limit overrides this.")));
}
