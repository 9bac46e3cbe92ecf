// Entries: added and deleted.

import { changes, onChanges } from "./admin.js";
import { act, button, card, counted, writing } from "./card.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";

const ONE = {
  action: "UPDATE", actorIdentifier: "control.panel@brightwave.example", actorType: "OAUTH2", ipAddress: "203.0.113.7",
  objectType: "SERVICE", objectIdentifier: "checkout-api", timestamp: "now",
};
const EXAMPLE = [
  '{"action": "DELETE", "objectType": "TEAM",',
  ' "objectIdentifier": "sre", "timestamp": "now-90s"}',
].join("\n");

const entries = (number) => counted(number, "entry", "entries");

export function mountEntries(panel) {
  const count = h("p");
  const done = h("p", { class: "small" });
  const said = ({ added, removed, ignoredFields = {} }) => {
    const ignored = Object.keys(ignoredFields);
    done.textContent = added === undefined ? `Deleted ${entries(removed)}.` : `Added ${entries(added)}.`;
    if (ignored.length > 0) done.append(` Ignored fields: ${ignored.join(", ")}.`);
    return done.textContent;
  };

  onChanges((now) => (count.textContent = `${entries(now.entries)} in this session.`));

  panel.append(card("Entries", null, count,
    h("div", { class: "row" },
      button("Add one now", () => act(said, "POST", "/audit-logs", ONE)),
      confirmed("Delete all", () => `Delete all ${entries(changes().entries)}, including the initial ones?`, "Yes, delete them",
        () => act(said, "DELETE", "/audit-logs"))),
    writing("Add entries as JSON", "Entries as JSON", EXAMPLE, (text) => act(said, "POST", "/audit-logs", text), { open: true }),
    done));
}
