// What a client must survive, and what the server says of how it did.
import { expect } from "vitest";
import { readEverything } from "./poller.js";
import { test } from "./session.js";

const CLEAN = ["complete", "no-duplicates", "no-gaps", "polite", "contract"];

test("it reads what there is", async ({ cortex }) => {
  await cortex.admin("DELETE", "/audit-logs");
  const entry = { action: "DELETE", objectType: "TEAM", objectIdentifier: "sre", timestamp: "now-5m" };
  await cortex.admin("POST", "/audit-logs", entry);
  const entries = await readEverything(cortex.url, cortex.token);
  expect(entries.map((entry) => entry.objectIdentifier)).toEqual(["sre"]);
  await cortex.expect(...CLEAN);
});

test("it survives a 503 on the second page", async ({ cortex }) => {
  await cortex.admin("POST", "/faults", { type: "status", status: 503, retryAfter: 1, after: 1, times: 1 });
  await readEverything(cortex.url, cortex.token);
  expect((await cortex.admin("GET", "/requests/count?status=503")).count).toBe(1);
  await cortex.expect(...CLEAN);
});

test("it is not disturbed by entries that come while it reads", async ({ cortex }) => {
  await cortex.admin("PUT", "/scenario", { name: "insert-between-pages", seed: 7 });
  await readEverything(cortex.url, cortex.token);
  await cortex.expect(...CLEAN);
});
