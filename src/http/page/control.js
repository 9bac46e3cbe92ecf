// The control room: what the clients did, and what is done to them.

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
import { button } from "./card.js";
import { h, put } from "./dom.js";

const STEERING = [mountVerdict, mountClock, mountFaults, mountScenario, mountActivity, mountEntries, mountSettings, mountSessions];

export function mountControl(root) {
  const access = h("div");
  const room = h("div");
  const open = () => {
    room.hidden = false;
    if (!room.hasChildNodes()) furnish(room);
  };
  put(root, h("h1", {}, "Control room"), access, room);
  mountAccess(access, open, () => (room.hidden = true));
}

function furnish(room) {
  const top = h("div", { class: "row between top" });
  const [journal, steering] = [h("div"), h("div", { class: "steering" })];
  put(room, top, h("div", { class: "columns" }, journal, steering));
  mountReset(top);
  mountJournal(journal);
  STEERING.forEach((mount) => mount(steering));
  top.after(jump([...room.querySelectorAll("h2")]));
}

/** Ways to the cards, for screens on which they lie far below each other. */
function jump(headings) {
  const to = (heading) => button(heading.textContent, () => heading.focus(), { class: "quiet" });
  return h("nav", { class: "jump row", "aria-label": "Parts of the control room" }, headings.map(to));
}
