// What holds for every client of the world.

import { call } from "./admin.js";
import { act, card, checkbox, field, form, hint, input } from "./card.js";
import { follow } from "./follow.js";

export function mountSettings(column) {
  const limit = input("1000/min, 5/s or off");
  const [strict, strictly] = checkbox("Strict");
  let kept = null;

  follow(["world", "requests"], async () => {
    const { ok, json } = await call("GET", "/settings");
    if (!ok) return false;
    // What somebody is just changing stays.
    if (!kept || limit.value === kept.rateLimit) limit.value = json.rateLimit;
    if (!kept || strict.checked === kept.strict) strict.checked = json.strict;
    kept = json;
  });

  function save() {
    const said = ({ rateLimit, strict }) => {
      kept = null;
      return `Saved: rate limit ${rateLimit}, ${strict ? "strict" : "lenient"}.`;
    };
    return act(said, "PATCH", "/settings", { rateLimit: limit.value.trim(), strict: strict.checked });
  }

  column.append(card("Settings", null, form(save, "Save", field("Rate limit", limit), strictly),
    hint("Strict refuses what the contract does not list, such as a misspelt filter. A key's own limit goes before the rate limit.")));
}
