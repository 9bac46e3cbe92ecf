// A field for values that nobody can list: each typed one becomes a chip, the commonest are proposed.

import { h, put } from "./dom.js";
import { LABELS } from "./known-values.js";
import { change, state } from "./state.js";
import { onSummary } from "./summary.js";

export function words(list) {
  const proposals = h("datalist", { id: `words-${list}` });
  const input = h("input", {
    type: "text", "aria-label": LABELS[list], placeholder: LABELS[list], list: `words-${list}`, autocomplete: "off",
    spellcheck: "false", autocapitalize: "none", enterkeyhint: "done",
    title: "Enter or a comma adds it", on: { keydown: pressed, input: typed, change: add },
  });

  function pressed(event) {
    if (event.key === "Enter") add();
    if (event.key === "Escape") input.value = "";
  }

  /** A comma ends a value, as in the API, which cannot be asked for one with a comma in it. */
  function typed(event) {
    const picked = event.inputType === undefined || event.inputType === "insertReplacementText";
    if (input.value.includes(",") || picked) add();
  }

  function add() {
    const values = input.value.split(",").map((value) => value.trim()).filter((value) => value !== "");
    input.value = "";
    if (values.length > 0) change({ [list]: [...new Set([...state()[list], ...values])] });
  }

  onSummary((summary) => put(proposals, (summary?.values?.[list] ?? []).map(({ value, count }) => {
    return h("option", { value }, count === 1 ? "1 entry" : `${count.toLocaleString()} entries`);
  })));
  return h("div", { class: "words" }, input, proposals);
}
