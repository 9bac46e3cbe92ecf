// Reads every entry up to a minute ago through types that are generated from the running server's /openapi.json, and checks that
// none is missing.
//
//     npm install
//     CORTEX_BASE_URL=http://127.0.0.1:8080 CORTEX_API_KEY=mock-admin npm start
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./cortex.js";

type Page = components["schemas"]["AuditLogsResponse"];
type Entry = components["schemas"]["AuditLogResponse"];

const client = createClient<paths>({
  baseUrl: process.env.CORTEX_BASE_URL,
  headers: { Authorization: `Bearer ${process.env.CORTEX_API_KEY}` },
});

// One page; waits as long as the server says when there were too many requests.
async function readPage(endTime: string, page: number): Promise<Page> {
  for (;;) {
    const query = { endTime, page, pageSize: 1000 };
    const { data, error } = await client.GET("/api/v1/audit-logs", { params: { query } });
    if (data) {
      return data;
    }
    if (!("retryAfter" in error)) {
      throw new Error(`page ${page}: ${error.details}`);
    }
    await setTimeout(1000 * error.retryAfter);
  }
}

async function readEverything(): Promise<Entry[]> {
  // What comes while it reads comes behind a fixed end, and what comes late does where the end lies far enough back.
  const endTime = new Date(Date.now() - 60_000).toISOString();
  const first = await readPage(endTime, 0);
  const entries = first.logs;
  for (let page = 1; page < first.totalPages; page++) {
    entries.push(...(await readPage(endTime, page)).logs);
  }
  if (entries.length !== first.total) {
    throw new Error(`${entries.length} entries of ${first.total}`);
  }
  return entries;
}

const entries = await readEverything();
const newest = entries[0];
console.log(`${entries.length} entries, the newest ${newest.action} ${newest.objectType} ${newest.objectIdentifier}`);
