// What holds for every client of the world.

import { call } from "./admin.js";
import { act, card, field, form, input, problem } from "./card.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";

export function mountSettings(column) {
  const wrong = problem();
  const limit = input("1000/min, 5/s, off", { size: "12" });
  const strict = h("input", { type: "checkbox" });
  let kept = null;

  const reload = follow(["world", "requests"], async () => {
    const { ok, json } = await call("GET", "/settings");
    if (!ok) return false;
    // What somebody is just changing stays.
    if (!kept || limit.value === kept.rateLimit) limit.value = json.rateLimit;
    if (!kept || strict.checked === kept.strict) strict.checked = json.strict;
    kept = json;
    return true;
  });

  async function save() {
    const body = { rateLimit: limit.value.trim(), strict: strict.checked };
    const said = ({ rateLimit, strict }) => `Saved: rate limit ${rateLimit}, ${strict ? "strict" : "lenient"}.`;
    const { ok } = await act(wrong, said, "PATCH", "/settings", { body });
    if (!ok) return;
    kept = null;
    await reload();
  }

  column.append(card("Settings", null,
    form(save, field("Rate limit", limit),
      h("label", { class: "check" }, strict, " Strict"), h("button", {}, "Save")),
    wrong,
    h("p", { class: "small soft" }, "Strict refuses what the contract does not list, such as a misspelt filter, instead of ignoring it. A key's own limit goes before the rate limit.")));
}
