// The worlds that are in use: choose one, begin one, end one.

import { call, onChanges } from "./admin.js";
import { act, button, card, field, form, hint, input, list } from "./card.js";
import { h, put } from "./dom.js";
import { change, SESSION, state } from "./state.js";

/** Others open sessions too, and nothing tells: so it is looked from time to time. */
const EVERY = 4000;

export function mountSessions(column) {
  const sessions = list();
  sessions.classList.add("sessions");
  const note = hint();
  const name = input("test-17", { maxlength: "64" });
  let shown = "";
  let last = 0;

  async function show() {
    last = performance.now();
    const { ok, json } = await call("GET", "/sessions", { everywhere: true });
    const now = JSON.stringify([json, state().session]);
    if (!ok || now === shown) return;
    shown = now;
    const wasWithin = sessions.contains(document.activeElement);
    put(sessions, ["", ...json.sessions].map(row));
    if (wasWithin) sessions.querySelector("[aria-pressed=true]").focus();
    note.textContent = json.evicted > 0 ? `${json.evicted} had to go: there can be ${json.most} at a time.` : "";
  }

  function row(session) {
    return h("li", { class: "row between" },
      button(session || "Unnamed", () => choose(session), { class: "quiet", "aria-pressed": String(session === state().session) }),
      session !== "" && button("End", () => end(session), { class: "danger", "aria-label": `End ${session}` }));
  }

  const choose = (session) => change({ session, page: 0 });

  async function end(session) {
    // It would be opened again by looking at it.
    if (session === state().session) choose("");
    return act(`Ended ${session}.`, "DELETE", `/sessions/${session}`);
  }

  function begin() {
    if (!SESSION.test(name.value)) {
      return { ok: false, details: "A name has 1 to 64 letters, digits, dots, hyphens and underscores, such as test-17." };
    }
    choose(name.value);
    name.value = "";
  }

  document.addEventListener("acted", show);
  onChanges((_, before) => state().tab === "control" && (!before || performance.now() - last > EVERY) && show());

  column.append(card("Sessions", null,
    hint("A session is a world of its own; a client chooses it by its token, ", h("code", {}, "KEY~SESSION"), "."),
    sessions, note, form(begin, "Begin", field("New session", name))));
}
