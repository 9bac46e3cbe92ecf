// The control panel: the requests of the clients, and beside them one panel at a time, to check the clients and to change how the
// mock behaves.

import { mountAccess } from "./access.js";
import { mountActivity } from "./activity.js";
import { mountClock } from "./clock.js";
import { mountEntries } from "./entries.js";
import { mountFaults } from "./faults.js";
import { mountJournal } from "./journal.js";
import { mountReset } from "./reset.js";
import { mountScenario } from "./scenario.js";
import { mountSessions } from "./sessions.js";
import { mountSettings } from "./settings.js";
import { mountVerdict } from "./verdict.js";
import { h, put } from "./dom.js";
import { mountPanels } from "./panels.js";

const PANELS = {
  verdict: ["Verdict", mountVerdict],
  faults: ["Faults and scenarios", mountFaults, mountScenario, mountSettings],
  time: ["Time", mountClock],
  data: ["Data", mountActivity, mountEntries],
  sessions: ["Sessions", mountSessions],
};

export function mountControl(root) {
  const access = h("div");
  const content = h("div", { class: "control-content" });
  const open = () => {
    content.hidden = false;
    if (!content.hasChildNodes()) fill(content);
  };
  put(root, h("h1", {}, "Control panel"), access, content);
  mountAccess(access, open, () => (content.hidden = true));
}

function fill(content) {
  const top = h("div", { class: "row between top" });
  const [journal, panels] = [h("div", { class: "journal" }), h("div", { class: "panels card" })];
  put(content, top, h("div", { class: "columns" }, journal, panels));
  mountReset(top);
  mountJournal(journal);
  mountPanels(panels, PANELS);
}
