// What a client must survive, and what the server says of how it did. Each file of tests starts a server, each test has a session
// of its own.
//
//     npm install
//     npm test
const { MockServer } = require("cortex-audit-mock");
const { readEverything } = require("./poller.js");

const CLEAN = "complete,no-duplicates,no-gaps,polite,contract";

let server;
beforeAll(async () => {
  server = await MockServer.start();
});
afterAll(() => server.stop());

test("it reads what there is", async () => {
  const cortex = server.session();
  await cortex.entries.clear();
  await cortex.entries.add({ action: "DELETE", objectType: "TEAM", objectIdentifier: "sre", timestamp: "now-5m" });
  const entries = await readEverything(cortex.url, cortex.token);
  expect(entries.map((entry) => entry.objectIdentifier)).toEqual(["sre"]);
  await cortex.verdict({ expect: CLEAN });
});

test("it survives a 503 on the second page", async () => {
  const cortex = server.session();
  await cortex.faults.add({ type: "status", status: 503, retryAfter: 1, after: 1, times: 1 });
  await readEverything(cortex.url, cortex.token);
  expect(await cortex.requests.count({ status: 503 })).toBe(1);
  await cortex.verdict({ expect: CLEAN });
});

test("it is not disturbed by entries that come while it reads", async () => {
  const cortex = server.session();
  await cortex.scenario.start("insert-between-pages", { seed: 7 });
  await readEverything(cortex.url, cortex.token);
  await cortex.verdict({ expect: CLEAN });
});
