// cortex-audit-mock from Testcontainers for Node, with Node's own test runner.
//
//     npm install testcontainers
//     node --test audit-logs.test.ts
//
// The image has no shell and nothing else, so nothing can be waited for that runs inside of it: wait for an answer.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { GenericContainer, Wait, type StartedTestContainer } from "testcontainers";

let container: StartedTestContainer;
let url: string;

before(async () => {
  container = await new GenericContainer("cortex-audit-mock")
    .withExposedPorts(8080)
    .withCommand(["--rate-limit", "100/min"])
    .withWaitStrategy(Wait.forHttp("/__admin/health", 8080))
    .start();
  url = `http://${container.getHost()}:${container.getMappedPort(8080)}`;
});

after(() => container.stop());

test("a 503 is over after one request", async () => {
  // A session has entries, clock and faults of its own, so one container is enough for all tests.
  const session = randomUUID();
  const body = JSON.stringify({ type: "status", status: 503, times: 1 });
  await fetch(`${url}/__admin/faults?session=${session}`, { method: "POST", body });

  const headers = { Authorization: `Bearer mock-admin~${session}` };
  const ask = async () => (await fetch(`${url}/api/v1/audit-logs`, { headers })).status;
  assert.deepEqual([await ask(), await ask()], [503, 200]);
});
