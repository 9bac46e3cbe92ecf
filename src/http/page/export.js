// All entries that match the view, of all pages, as a file: read page by page through the API, as a client would.

import { ask, requestOf } from "./api.js";
import { worldNow } from "./admin.js";
import { h, put, say } from "./dom.js";
import { periodOf } from "./period.js";
import { popover } from "./popover.js";
import { save } from "./save.js";
import { state } from "./state.js";

const PAGE_SIZE = 1000;
/** A page that was refused because of too many requests, or that failed, is asked for again so often. */
const ATTEMPTS = 5;
/** In the order of Cortex's own client, with its names. */
const COLUMNS = {
  Action: "action", ObjectType: "objectType", ActorIdentifier: "actorIdentifier", ObjectIdentifier: "objectIdentifier",
  IpAddress: "ipAddress", Timestamp: "timestamp",
};
const cell = (value = "") => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** What a file begins with, how it has one entry, what stands between two, and how it ends. */
const FORMATS = [
  {
    name: "CSV", like: "as Cortex's client writes it", ending: "csv", type: "text/csv", before: `${Object.keys(COLUMNS).join(",")}\n`,
    of: (entry) => Object.values(COLUMNS).map((name) => cell(entry[name])).join(","), between: "\n", after: "\n",
  },
  { name: "JSON", like: "as the API responds", ending: "json", type: "application/json", before: '{"logs":[\n', of: JSON.stringify, between: ",\n", after: "\n]}\n" },
  { name: "NDJSON", like: "one entry per line", ending: "ndjson", type: "application/x-ndjson", before: "", of: JSON.stringify, between: "\n", after: "\n" },
];

export function exporting() {
  const button = h("button", { "aria-controls": "export-panel" }, "Export");
  const progress = h("p", { class: "small", role: "status" });
  const cancel = h("button", { hidden: true, on: { click: () => running?.abort() } }, "Cancel");
  const choices = FORMATS.map((format) => h("button", { class: "choice", on: { click: () => run(format) } },
    h("strong", {}, format.name), " ", h("span", { class: "soft small" }, format.like)));
  const panel = h("div", { id: "export-panel", role: "group", "aria-label": "Export all matching entries" },
    h("p", { class: "small soft" }, "All matching entries, all pages"), choices, progress, cancel);
  let running = null;

  async function run(format) {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    cancel.hidden = false;
    try {
      const parts = await read(format, controller.signal, (count, total) => {
        progress.textContent = `${count.toLocaleString()} of ${total.toLocaleString()} entries`;
      });
      const instant = new Date(worldNow()).toISOString().slice(0, 19).replaceAll(":", "");
      save(`audit-logs-${instant}Z.${format.ending}`, format.type, ...parts);
      say("The file is saved.");
    } catch (error) {
      progress.textContent = controller.signal.aborted ? "Cancelled." : error.message;
    }
    if (running !== controller) return;
    running = null;
    cancel.hidden = true;
  }

  return popover(button, panel, () => {
    if (!running) put(progress);
    choices[0].focus();
  }).root;
}

/** The texts that make up the file. */
async function read(format, signal, told) {
  const { startTime, endTime } = periodOf(state());
  // Entries that arrive while it reads would move the others from page to page.
  const until = endTime === "" ? new Date(worldNow()).toISOString() : endTime;
  const parts = [format.before];
  let count = 0;
  for (let page = 0, pages = 1; page < pages; page += 1) {
    const { logs, total, totalPages } = await pageOf(requestOf({ ...state(), page, pageSize: PAGE_SIZE }, { startTime, endTime: until }), signal);
    pages = totalPages;
    if (logs.length > 0) parts.push(count > 0 ? format.between : "", logs.map(format.of).join(format.between));
    count += logs.length;
    told(count, total);
  }
  if (count > 0 || format.ending === "json") parts.push(format.after);
  return parts;
}

async function pageOf(request, signal) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(request, signal);
    if (answer.status === 200 && Array.isArray(answer.json?.logs)) return answer.json;
    const isFinal = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
    if (isFinal || attempt === ATTEMPTS) {
      throw new Error(`Page ${request.parameters[0][1]} failed: ${answer.failure ?? `${answer.status} ${answer.json?.details ?? answer.reason}`}`);
    }
    const seconds = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
    await pause(Number.isFinite(seconds) ? seconds * 1000 : 2 ** attempt * 250, signal);
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
