// Puts the page together: who asks, what time it is, and one of two views.

import { controlAccess, forget, onAccess, watch } from "./admin.js";
import { mountClock } from "./world-clock.js";
import { mountControl } from "./control.js";
import { mountLogs } from "./logs.js";
import { mountWho } from "./who.js";
import { change, onChange, state, written } from "./state.js";

const views = { logs: document.getElementById("logs"), control: document.getElementById("control") };
const mounted = { logs: mountLogs, control: mountControl };
const links = document.querySelectorAll("[data-tab]");
const skip = document.getElementById("skip-to-entries");

function show({ tab }) {
  for (const [name, view] of Object.entries(views)) view.hidden = name !== tab;
  document.documentElement.dataset.view = tab;
  skip.hidden = tab !== "logs";
  // A view is made when it is first seen.
  mounted[tab]?.(views[tab]);
  delete mounted[tab];
  for (const link of links) {
    link.href = written({ ...state(), tab: link.dataset.tab });
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${tab === "logs" ? "Audit logs" : "Control panel"} · cortex-audit-mock`;
}

for (const link of links) {
  link.addEventListener("click", (event) => {
    // Otherwise it is to be opened elsewhere.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    change({ tab: link.dataset.tab });
  });
}

const notice = document.getElementById("notice");
document.addEventListener("reached", ({ detail: reached }) => {
  const text = reached ? "" : "Server not reachable. Restart it; this page reconnects automatically.";
  if (notice.textContent === text) return;
  notice.hidden = reached;
  notice.textContent = text;
});

onChange((now, before) => {
  if (now.session !== before.session) forget();
  show(now);
});
onAccess(() => document.documentElement.setAttribute("data-access", controlAccess()));

mountWho(document.getElementById("who"));
mountClock(document.getElementById("world-clock"));
show(state());
watch();
