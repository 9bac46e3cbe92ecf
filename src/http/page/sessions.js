// The sessions in use: choose, open and delete them.

import { call } from "./admin.js";
import { act, button, card, counted, field, form, hint, input, list } from "./card.js";
import { h, put } from "./dom.js";
import { change, onChange, SESSION, state } from "./state.js";

/** Others open sessions too, and nothing tells: so it is looked from time to time. */
const EVERY = 4000;

export function mountSessions(panel) {
  const sessions = list();
  sessions.classList.add("sessions");
  const note = hint();
  note.hidden = true;
  const name = input("test-17", { maxlength: "64" });
  const isShown = () => !document.hidden && state().tab === "control" && state().panel === "sessions";
  let shown = "";

  async function show() {
    const { ok, json } = await call("GET", "/sessions", { everywhere: true });
    const now = JSON.stringify([json, state().session]);
    if (!ok || now === shown) return;
    shown = now;
    const wasWithin = sessions.contains(document.activeElement);
    put(sessions, ["", ...json.sessions].map(row));
    if (wasWithin) sessions.querySelector("[aria-pressed=true]").focus();
    note.hidden = json.evicted === 0;
    note.textContent = `${counted(json.evicted, "session")} made room for others: the limit is ${json.most}.`;
  }

  function row(session) {
    return h("li", { class: "row between" },
      button(session || "default", () => choose(session), { class: "quiet", "aria-pressed": String(session === state().session) }),
      session !== "" && button("Delete", () => end(session), { class: "danger", "aria-label": `Delete ${session}` }));
  }

  const choose = (session) => change({ session, page: 0 });

  async function end(session) {
    // It would be opened again by looking at it.
    if (session === state().session) choose("");
    return act(`Deleted ${session}.`, "DELETE", `/sessions/${session}`);
  }

  function begin() {
    if (!SESSION.test(name.value)) {
      return { ok: false, details: "A name has 1 to 64 letters, digits, dots, hyphens and underscores, such as test-17." };
    }
    choose(name.value);
    name.value = "";
  }

  document.addEventListener("acted", show);
  onChange(() => isShown() && show());
  setInterval(() => isShown() && show(), EVERY);

  panel.append(card("Sessions", null,
    hint("Each session has entries, clock, faults and journal of its own. A client selects one by its token, ", h("code", {}, "KEY~SESSION"), "."),
    sessions, note, form(begin, "Open", field("New session", name))));
  show();
}
