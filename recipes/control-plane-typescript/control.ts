// Controls a session of the mock through types that are generated from the running server's /__admin/openapi.json: each part of
// docs/control-plane.md once.
//
//     npm install
//     CORTEX_BASE_URL=http://127.0.0.1:8080 CORTEX_API_KEY=mock-admin npm start
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./control-plane.js";

type FaultRule = components["schemas"]["FaultRule"];

const session = "control";
const query = { session };
const url = process.env.CORTEX_BASE_URL;
// With CORTEX_MOCK_ADMIN_TOKEN or --admin-token: headers: { Authorization: `Bearer ${token}` }.
const client = createClient<paths>({ baseUrl: url });

// The JSON of an answer, unless that is an error. Some calls can also answer with text.
async function ok<T>(answer: Promise<{ data?: T | string; error?: components["schemas"]["Problem"] | string }>): Promise<T> {
  const { data, error } = await answer;
  if (data === undefined || typeof data === "string") {
    throw new Error(typeof error === "object" ? error.details : error);
  }
  return data;
}

// What the client under test would do.
function getLogs(of = session, query = "page=0&pageSize=1000"): Promise<Response> {
  const headers = { Authorization: `Bearer ${process.env.CORTEX_API_KEY}~${of}` };
  return fetch(`${url}/api/v1/audit-logs?${query}`, { headers });
}

// A body that is text already, of an entry a line.
const asText = { bodySerializer: (text: unknown) => text, headers: { "Content-Type": "application/x-ndjson" } };

async function server() {
  assert.equal((await ok(client.GET("/__admin/health"))).status, "ok");
  assert.equal((await ok(client.GET("/__admin/version", { params: { query } }))).name, "cortex-audit-mock");
  assert.ok("openapi" in (await ok(client.GET("/__admin/openapi.json"))));
}

async function sessions() {
  await ok(client.GET("/__admin/clock", { params: { query } }));
  assert.ok((await ok(client.GET("/__admin/sessions"))).sessions.includes(session));
  const one = { params: { path: { name: session } } };
  await ok(client.DELETE("/__admin/sessions/{name}", one));
  const { error } = await client.DELETE("/__admin/sessions/{name}", one);
  assert.equal(error?.httpStatus, 404);
  assert.equal((await ok(client.POST("/__admin/reset", { params: { query } }))).reset, session);
  // Reads the files of the server again; one without files answers 409.
  const reloaded = await client.POST("/__admin/reset", { params: { query: { session, reload: true } } });
  assert.ok(reloaded.data || reloaded.error.httpStatus === 409);
  const body = { rateLimit: "100/s", offsets: "ignored" as const };
  const changed = await ok(client.PATCH("/__admin/settings", { params: { query }, body }));
  assert.deepEqual(changed, { ...body, strict: false });
  assert.deepEqual(await ok(client.GET("/__admin/settings", { params: { query } })), changed);
}

async function clock() {
  const set = { params: { query }, body: { now: "2025-05-20T12:00:00Z" } };
  assert.ok((await ok(client.PUT("/__admin/clock", set))).frozen);
  const moved = await ok(client.POST("/__admin/clock/advance", { params: { query }, body: { by: "60s" } }));
  assert.equal(moved.now, "2025-05-20T12:01:00Z");
  assert.ok((await ok(client.PUT("/__admin/clock", { params: { query }, body: {} }))).frozen);
  const run = { params: { query }, body: { now: "now-1d", frozen: false } };
  assert.equal((await ok(client.PUT("/__admin/clock", run))).frozen, false);
  assert.ok((await ok(client.DELETE("/__admin/clock", { params: { query } }))).system);
  assert.ok((await ok(client.GET("/__admin/clock", { params: { query } }))).system);
}

async function faults() {
  const body: FaultRule[] = [
    { type: "status", status: 503, retryAfter: 2, times: 1, match: { page: 0 } },
    { type: "delay", fixed: "1ms" },
  ];
  const [unavailable, slow] = (await ok(client.POST("/__admin/faults", { params: { query }, body }))).faults;
  assert.equal((await getLogs()).status, 503);
  assert.equal((await getLogs()).status, 200);
  const rules = (await ok(client.GET("/__admin/faults", { params: { query } }))).faults;
  const fired = (id: number) => rules.find((rule) => rule.id === id)?.fired;
  assert.deepEqual([fired(unavailable.id), fired(slow.id)], [1, 2]);
  const one = { params: { query, path: { id: unavailable.id } } };
  assert.equal((await ok(client.DELETE("/__admin/faults/{id}", one))).removed, 1);
  assert.equal((await ok(client.DELETE("/__admin/faults", { params: { query } }))).removed, 1);
  const others: FaultRule[] = [
    { type: "status", status: 403, message: "No access", match: { key: "Auditor" } },
    { type: "status", status: 503, retryAfter: 30, retryAfterDate: true, times: 1 },
    { type: "status", status: 502, body: "<h1>502 Bad Gateway</h1>", contentType: "text/html", times: 1 },
    { type: "delay", uniform: { min: "100ms", max: "2s" } },
    { type: "delay", logNormal: { median: "200ms", sigma: 0.5 } },
    { type: "reset", after: 2, times: 1, cycle: 3 },
    { type: "empty", probability: 0.1 },
    { type: "truncate", bytes: 100, match: { query: { objectTypes: "SERVICE", pageSize: "50" } } },
    { type: "malformed", times: 1 },
    { type: "drip", bytes: 512, every: "100ms" },
  ];
  assert.equal((await ok(client.POST("/__admin/faults", { params: { query }, body: others }))).faults.length, 10);
  await ok(client.DELETE("/__admin/faults", { params: { query } }));
  const wrong: FaultRule = { type: "status", status: 302 };
  const { error } = await client.POST("/__admin/faults", { params: { query }, body: wrong });
  assert.match(error!.details, /status: 302 is not an integer from 400 to 599/);
}

// The number of requests in the journal that a filter finds.
async function count(filter: paths["/__admin/requests/count"]["get"]["parameters"]["query"]): Promise<number> {
  return (await ok(client.GET("/__admin/requests/count", { params: { query: { session, ...filter } } }))).count;
}

async function journal() {
  assert.equal(await count({ status: "503", answeredBy: "fault" }), 1);
  const latest = { session, since: "now-1h", limit: 1 };
  const [request] = (await ok(client.GET("/__admin/requests", { params: { query: latest } }))).requests;
  assert.deepEqual([request.status, request.key?.name, request.parsedQuery?.pageSize], [200, "Admin", 1000]);
  assert.equal((await ok(client.DELETE("/__admin/requests", { params: { query } }))).removed, 2);

  await getLogs(session, "objectTypes=SERVICE,TEAM&startTime=2025-05-20T00:00:00Z");
  await getLogs(session, "page=1&pagesize=50");
  // A list has the same values in any order, a default counts as given.
  assert.equal(await count({ objectTypes: "TEAM,SERVICE", page: 0 }), 1);
  assert.equal(await count({ startTime: "2025-05-20T00:00:00Z", pageSize: 250 }), 1);
  // Empty texts find the requests that gave none.
  const none = {
    session,
    startTime: "",
    endTime: "",
    actions: "",
    objectTypes: "",
    objectIdentifiers: "",
    actorTypes: "",
    actorRequestTypes: "",
    actorEmails: "",
    actorApiKeyIdentifiers: "",
    actorIpAddresses: "",
  };
  const { requests: rest } = await ok(client.GET("/__admin/requests", { params: { query: none } }));
  assert.deepEqual(rest.map((request) => request.query), ["page=1&pagesize=50"]);
  const misspelt = { session, rule: "PARAM-UNKNOWN" as const, until: "now" };
  const [found] = (await ok(client.GET("/__admin/requests", { params: { query: misspelt } }))).requests;
  assert.equal(found.findings[0].nearest, "pageSize");
  assert.equal(await count({ userAgent: "node", fromPage: false }), 2);
  assert.equal(await count({ traceparent: "4bf92f3577b34da6a3ce929d0e0e4736" }), 0);
  assert.equal(await count({ method: "GET", path: "/api/v1/audit-logs", key: "Admin" }), 2);
}

async function entries() {
  const own = { params: { query } };
  const lines = { params: { query: { session, format: "ndjson" as const } }, parseAs: "text" as const };
  await ok(client.DELETE("/__admin/audit-logs", own));
  assert.equal((await client.GET("/__admin/audit-logs", lines)).data, "[]\n");
  const team = {
    action: "DELETE" as const,
    objectType: "TEAM",
    objectIdentifier: "sre",
    timestamp: "now-5m",
    actorType: "ANONYMOUS" as const,
    actorRequestType: "SLACK_COMMAND",
    actorIdentifier: "Slack command",
    ipAddress: "192.0.2.7",
  };
  const service = {
    action: "CREATE" as const,
    objectType: "SERVICE",
    objectIdentifier: "api",
    timestamp: "now-1m",
    actorIdentifier: "ci-deploy",
    actorApiKeyIdentifier: "ci-deploy",
    actorEmail: "ada@example.com",
  };
  assert.equal((await ok(client.POST("/__admin/audit-logs", { ...own, body: team }))).entries, 1);
  assert.equal((await ok(client.POST("/__admin/audit-logs", { ...own, body: { logs: [service] } }))).entries, 2);

  const exported = await ok(client.GET("/__admin/audit-logs", own));
  assert.equal(exported[1].actorRequestType, "SLACK_COMMAND");
  const copy = { params: { query: { session: "copy" } } };
  await ok(client.DELETE("/__admin/audit-logs", copy));
  assert.equal((await ok(client.POST("/__admin/audit-logs", { ...copy, body: exported }))).added, 2);
  assert.equal(await (await getLogs("copy")).text(), await (await getLogs()).text());
  const { data: text } = await client.GET("/__admin/audit-logs", lines);
  await ok(client.DELETE("/__admin/audit-logs", copy));
  assert.equal((await ok(client.POST("/__admin/audit-logs", { ...copy, ...asText, body: text! }))).added, 2);
  assert.equal(await (await getLogs("copy")).text(), await (await getLogs()).text());

  const deleted = { session, objectTypes: ["TEAM"], actions: ["DELETE" as const, "CREATE" as const] };
  const summary = await ok(client.GET("/__admin/summary", { params: { query: deleted } }));
  assert.deepEqual([summary.total, summary.values.actorRequestTypes[0].value], [1, "SLACK_COMMAND"]);
  const matching = await ok(client.GET("/__admin/summary", { params: { query: { session, contains: "SR" } } }));
  assert.deepEqual(matching.values.objectIdentifiers, [{ value: "sre", count: 1 }]);
  assert.equal((await ok(client.GET("/__admin/changes", { params: { query } }))).arrivals, 2);
}

async function activity() {
  const body = { rate: "6/min", lateness: "30s", burst: 3 };
  assert.equal((await ok(client.PUT("/__admin/live", { params: { query }, body }))).rate, "6/min");
  assert.equal((await ok(client.GET("/__admin/live", { params: { query } }))).burst, 3);
  assert.equal((await ok(client.DELETE("/__admin/live", { params: { query } }))).rate, "off");
  const flaky = { params: { query }, body: { name: "flaky" as const, seed: 7 } };
  const started = await ok(client.PUT("/__admin/scenario", flaky));
  assert.deepEqual(await ok(client.GET("/__admin/scenario", { params: { query } })), started);
  assert.equal((await ok(client.DELETE("/__admin/scenario", { params: { query } }))).name, "off");
}

async function verdict() {
  await ok(client.POST("/__admin/reset", { params: { query } }));
  const expected: components["schemas"]["Expectation"][] = ["complete", "no-duplicates", "polite", "contract"];
  const all = { params: { query: { session, expect: expected } } };
  const { error: incomplete } = await client.GET("/__admin/verdict", all);
  assert.equal(typeof incomplete === "object" && incomplete.expectations?.complete?.kept, false);
  const { logs } = (await (await getLogs()).json()) as { logs: components["schemas"]["Entry"][] };
  const delivered = { params: { query: { session, expect: ["delivered" as const] } } };
  assert.equal((await ok(client.POST("/__admin/verdict/delivered", { ...delivered, body: logs }))).records, logs.length);
  const sink = { params: { query }, body: { logs } };
  assert.equal((await ok(client.POST("/__admin/verdict/delivered", sink))).missing.count, 0);
  const asReport = { params: { query }, parseAs: "text" as const, headers: { Accept: "text/plain" } };
  assert.match((await client.GET("/__admin/verdict", asReport)).data!, /complete: yes/);
  const part = { session, objectTypes: ["TEAM"], from: "now-30d", to: "now", overlap: "2m" };
  const { scope, expectations } = await ok(client.GET("/__admin/verdict", { params: { query: part } }));
  assert.ok(scope.objectTypes?.[0] === "TEAM" && expectations["no-rereads"]);
  const { error: lost } = await client.POST("/__admin/verdict/delivered", { ...delivered, body: logs.slice(1) });
  assert.match(lost!.details, /1 entry was served and is not in the sink/);
  const [judged] = (await ok(client.GET("/__admin/verdict", all))).clients;
  assert.deepEqual([judged.coverage.once, judged.findings], [logs.length, []]);
}

for (const part of [server, sessions, clock, faults, journal, entries, activity, verdict]) {
  await part();
  console.log(`${part.name}: ok`);
}
