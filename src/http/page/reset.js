// Which session is steered, and its way back to the start.

import { act, problem } from "./card.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { onChange, state } from "./state.js";

/** A session in words. */
export function named(session) {
  return session === "" ? "the unnamed session" : `the session ${session}`;
}

export function mountReset(top) {
  const which = h("p", { class: "soft" });
  const wrong = problem();
  const question = () =>
    `Put ${named(state().session)} back to the start? Its entries, clock, faults, journal, live activity, scenario and settings begin anew.`;
  const reset = () => act(wrong, `Put ${named(state().session)} back to the start.`, "POST", "/reset");

  function show() {
    which.textContent = `What clients did in ${named(state().session)}, and what is done to them.`;
  }

  onChange(show);
  show();
  top.append(which, confirmed("Reset this session", question, "Yes, reset it", reset), wrong);
}
