// The session that is shown and controlled, and its reset.

import { act } from "./card.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { onChange, state } from "./state.js";

const session = () => (state().session === "" ? "the default session" : `session ${state().session}`);

export function mountReset(top) {
  const which = h("p", { class: "soft" });
  const show = () => (which.textContent = `Requests from clients in ${session()}, and controls to change how the mock behaves.`);
  onChange(show);
  show();
  top.append(which, confirmed("Reset this session",
    () => `Reset ${session()}? Entries, clock, faults and journal return to their starting state.`,
    "Yes, reset it", () => act(`Reset ${session()}.`, "POST", "/reset")));
}
