// @ts-check
// Uses every member of the package, and prints each call of the control plane. A test of the crate compares these with the
// OpenAPI document and the arguments with the types.
import assert from "node:assert/strict";
import http from "node:http";
import { ControlPlaneError, MockServer, Session, VerdictError } from "cortex-audit-mock";

/** @type {{ method: string, url: string, body?: string }[]} */
const calls = [];

/** @type {any} */
const client = http;
const send = client.request;
client.request = (/** @type {string} */ url, /** @type {any} */ options, /** @type {any} */ answered) => {
  const request = send(url, options, answered);
  const end = request.end.bind(request);
  request.end = (/** @type {string | undefined} */ body) => {
    const { pathname, search } = new URL(url);
    if (pathname.startsWith("/__admin")) {
      calls.push({ method: options.method, url: pathname + search, body });
    }
    return end(body);
  };
  return request;
};

const server = await MockServer.start({ seed: 7, now: new Date("2025-05-20T12:00:00Z"), strict: true, cors: ["http://localhost:5173"] });
const session = server.session("one");

/** Reads a page as a client does. */
async function read(query = "page=0&pageSize=1000") {
  const headers = { Authorization: `Bearer ${session.token}` };
  const response = await fetch(`${session.url}/api/v1/audit-logs?${query}`, { headers });
  await response.text();
  return response.status;
}

/** @type {string} */
const name = session.name;
assert.equal(name, "one");
assert.equal(server.token, "mock-admin");
assert.equal(session.token, "mock-admin~one");
assert.notEqual(server.session().name, server.session().name);
assert.ok(session instanceof Session);
assert.equal(server.certificate, undefined);
assert.match(server.log, /listening on/);

const connected = await MockServer.connect({ url: server.url, token: server.token });
assert.equal(connected.session("one").token, session.token);
await connected.stop();

const { clock, entries, faults, live, requests, scenario, settings } = session;

assert.equal((await clock.now()).getTime(), Date.UTC(2025, 4, 20, 12));
assert.equal((await clock.get()).system, false);
assert.equal((await clock.set({ now: new Date("2025-05-20T12:00:00Z"), frozen: false })).frozen, false);
assert.equal((await clock.freeze("2025-05-20T12:00:00Z")).now, "2025-05-20T12:00:00Z");
assert.equal((await clock.advance("60s")).now, "2025-05-20T12:01:00Z");
assert.equal((await clock.run("now-1d")).frozen, false);
assert.equal((await clock.set()).frozen, true);
assert.equal((await clock.followSystem()).system, true);
await clock.freeze(new Date("2025-05-20T12:00:00Z"));
assert.deepEqual(await server.sessions(), ["one"]);

const [unavailable, slow] = await faults.add([
  { type: "status", status: 503, times: 1, match: { page: 0 } },
  { type: "delay", fixed: "1ms" },
]);
assert.deepEqual([await read(), await read()], [503, 200]);
assert.equal((await faults.list()).find((rule) => rule.id === unavailable.id)?.fired, 1);
assert.equal(await faults.remove(slow.id), 1);
await faults.add({ type: "status", status: 429, retryAfter: 1, match: { key: "Auditor", query: { pageSize: "50" } } });
assert.equal(await faults.clear(), 2);

assert.equal(await requests.count({ status: 503, answeredBy: "fault" }), 1);
assert.equal(await requests.count({ status: "5xx", page: 0, since: "now-1h", until: new Date("2025-05-20T12:00:00Z") }), 1);
assert.equal(await requests.count({ actions: ["CREATE", "DELETE"], objectTypes: "", fromPage: false }), 0);
const [latest] = await requests.list({ limit: 1, method: "GET" });
assert.equal(latest.parsedQuery?.pageSize, 1000);
assert.equal(await requests.clear(), 2);

const team = { objectType: "TEAM", objectIdentifier: "sre", timestamp: "now-5m" };
assert.equal(await entries.clear(), 640);
assert.equal((await entries.add({ action: "CREATE", ...team })).entries, 1);
assert.equal((await entries.add([{ action: "UPDATE", ...team }])).entries, 2);
assert.equal((await entries.add({ logs: [{ action: "DELETE", ...team }] })).entries, 3);
assert.equal((await entries.add(`${JSON.stringify({ action: "UPDATE", ...team })}\n`)).entries, 4);
const exported = await entries.export();
assert.equal(exported[0].objectIdentifier, "sre");
assert.equal((await session.summary({ actions: ["UPDATE", "DELETE"], endTime: new Date("2025-05-20T12:00:00Z") })).total, 3);
assert.equal((await session.changes()).entries, 4);
assert.equal((await session.version()).name, "cortex-audit-mock");

assert.equal((await live.set("6/min", { lateness: "30s", burst: 3 })).burst, 3);
assert.equal((await live.get()).rate, "6/min");
assert.equal((await live.stop()).rate, "off");
assert.equal((await scenario.start("flaky", { seed: 7 })).name, "flaky");
assert.equal((await scenario.get()).name, "flaky");
assert.equal((await scenario.stop()).name, "off");
assert.equal((await settings.change({ rateLimit: "100/s", offsets: "ignored" })).strict, true);
assert.equal((await settings.get()).rateLimit, "100/s");

await assert.rejects(session.verdict({ expect: "complete, polite" }), (/** @type {VerdictError} */ error) => {
  assert.ok(error instanceof VerdictError);
  assert.equal(error.name, "VerdictError");
  assert.match(error.message, /complete/);
  assert.match(error.message, /complete: NO/);
  return true;
});
assert.equal(await read(), 200);
const verdict = await session.verdict({ expect: ["complete", "polite"], objectTypes: ["TEAM"], from: "now-1h", overlap: "2m" });
assert.equal(verdict.clients[0].coverage.once, 4);
assert.equal((await session.delivered(exported, { expect: "delivered" })).records, 4);
assert.equal((await session.delivered({ logs: exported })).missing.count, 0);
assert.equal((await session.delivered(exported.map((entry) => JSON.stringify(entry)).join("\n"))).records, 4);
await assert.rejects(session.delivered(exported.slice(1), { expect: ["delivered"] }), VerdictError);

await assert.rejects(faults.add({ type: "status", status: 302 }), (/** @type {ControlPlaneError} */ error) => {
  assert.equal(error.status, 400);
  assert.match(error.details, /status: 302 is not an integer from 400 to 599/);
  assert.match(String(error), /^ControlPlaneError: POST \/__admin\/faults: 400 Bad Request: /);
  assert.match(error.requestId ?? "", /-/);
  return true;
});
// @ts-expect-error A misspelt member of a rule.
await assert.rejects(faults.add({ type: "status", status: 503, retryafter: 1 }), ControlPlaneError);
// @ts-expect-error A misspelt filter.
await assert.rejects(requests.count({ pagesize: 50 }), ControlPlaneError);
// @ts-expect-error An expectation that there is not.
await assert.rejects(session.verdict({ expect: ["compleet"] }), ControlPlaneError);

assert.equal((await session.reset()).reset, "one");
await assert.rejects(session.reset({ reload: true }), ControlPlaneError);
assert.equal(await session.delete(), 1);
await session[Symbol.asyncDispose]();
assert.equal((await server.reset()).reset, null);
await server[Symbol.asyncDispose]();
await server.stop();

console.log(JSON.stringify(calls));
