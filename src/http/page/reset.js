// Which session is steered, and its way back to the start.

import { act } from "./card.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { onChange, state } from "./state.js";

const session = () => (state().session === "" ? "the unnamed session" : `the session ${state().session}`);

export function mountReset(top) {
  const which = h("p", { class: "soft" });
  const show = () => (which.textContent = `What clients did in ${session()}, and what is done to them.`);
  onChange(show);
  show();
  top.append(which, confirmed("Reset this session",
    () => `Put ${session()} back to the start? Entries, clock, faults, journal and all else begin anew.`,
    "Yes, reset it", () => act(`Put ${session()} back to the start.`, "POST", "/reset")));
}
