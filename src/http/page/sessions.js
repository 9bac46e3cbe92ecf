// The worlds that are in use: choose one, begin one, end one.

import { call, onChanges } from "./admin.js";
import { act, button, card, field, form, input, problem, tell } from "./card.js";
import { h, put } from "./dom.js";
import { named } from "./reset.js";
import { change, state } from "./state.js";

/** Others open sessions too, and nothing tells: so it is looked from time to time. */
const EVERY = 4000;

export function mountSessions(column) {
  const list = h("ul", { class: "plain sessions" });
  const note = h("p", { class: "small soft" });
  const wrong = problem();
  const name = input("test-17", { maxlength: "64", size: "14", pattern: "[A-Za-z0-9._\\-]{1,64}" });
  let shown = "";
  let last = 0;

  async function show() {
    last = performance.now();
    const { ok, json } = await call("GET", "/sessions", { everywhere: true });
    if (!ok) return;
    const now = JSON.stringify([json, state().session]);
    // Whoever is in the list is not to lose the place.
    if (now === shown) return;
    shown = now;
    const wasWithin = list.contains(document.activeElement);
    put(list, ["", ...json.sessions].map(row));
    if (wasWithin) list.querySelector("[aria-pressed=true]").focus();
    note.textContent = `${json.sessions.length.toLocaleString()} named of at most ${json.most.toLocaleString()}.`
      + (json.evicted > 0 ? ` ${json.evicted.toLocaleString()} went because they were too many.` : "");
  }

  function row(session) {
    const label = session === "" ? "Unnamed" : session;
    const chosen = session === state().session;
    return h("li", { class: "row between" },
      button(label, () => change({ session, page: 0 }), { class: "quiet name", "aria-pressed": String(chosen) }),
      chosen && h("span", { class: "pill" }, "shown"),
      session !== "" && button("End", () => end(session), { class: "danger", "aria-label": `End ${session}` }));
  }

  async function end(session) {
    // It would be opened again by looking at it.
    if (session === state().session) change({ session: "", page: 0 });
    await act(wrong, `Ended ${named(session)}.`, "DELETE", `/sessions/${encodeURIComponent(session)}`, { everywhere: true });
    await show();
  }

  function begin() {
    const wanted = name.value.trim();
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(wanted)) {
      tell(wrong, "A name has 1 to 64 letters, digits, dots, hyphens and underscores, such as test-17.");
      return;
    }
    tell(wrong, "");
    name.value = "";
    change({ session: wanted, page: 0 });
  }

  onChanges((now, before) => {
    if (state().tab === "control" && (!before || performance.now() - last > EVERY)) show();
  });

  column.append(card("Sessions", null,
    h("p", { class: "small soft" }, "A session is a world of its own, chosen by the token: ", h("code", {}, "KEY~SESSION"), "."),
    list, note,
    form(begin, field("New session", name), h("button", {}, "Begin")), wrong));
}
