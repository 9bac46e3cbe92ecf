// Entries put into the world, and taken out of it.

import { changes, onChanges } from "./admin.js";
import { act, button, card, problem, writing } from "./card.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";

const ONE = {
  action: "UPDATE", actorIdentifier: "control.room@brightwave.example", actorType: "OAUTH2", ipAddress: "203.0.113.7",
  objectType: "SERVICE", objectIdentifier: "checkout-api", timestamp: "now",
};
const EXAMPLE = `{"action": "DELETE", "objectType": "TEAM",
 "objectIdentifier": "sre", "timestamp": "now-90s"}`;

export function mountEntries(column) {
  const count = h("p", {});
  const [wrong, wrongText] = [problem(), problem()];
  const added = ({ added, ignoredFields }) => {
    const ignored = Object.keys(ignoredFields);
    const without = ignored.length > 0 ? ` These fields are not of an entry and were ignored: ${ignored.join(", ")}.` : "";
    note.textContent = `Added ${added} ${added === 1 ? "entry" : "entries"}.${without}`;
    return note.textContent;
  };
  const note = h("p", { class: "small done" });
  const add = (problem, body) => act(problem, added, "POST", "/audit-logs", { body });
  const removed = ({ removed }) => (note.textContent = `Deleted ${removed} ${removed === 1 ? "entry" : "entries"}.`);
  const question = () => `Delete all ${changes()?.entries.toLocaleString() ?? ""} entries, those of the start too?`;

  onChanges(({ entries }) => {
    count.textContent = `${entries.toLocaleString()} ${entries === 1 ? "entry" : "entries"} now.`;
  });

  column.append(card("Entries", null, count,
    h("div", { class: "row" },
      button("Add one now", () => add(wrong, ONE)),
      confirmed("Delete all", question, "Yes, delete them", () => act(wrong, removed, "DELETE", "/audit-logs"))),
    wrong,
    writing("Add entries as JSON", "Entries as JSON", EXAMPLE, (text) => add(wrongText, text), wrongText),
    note));
}
