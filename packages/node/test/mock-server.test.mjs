// Start, life and end of a server.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MockServer, StartError, StopError } from "cortex-audit-mock";

const folder = mkdtempSync(join(tmpdir(), "node-package-"));
after(() => rmSync(folder, { recursive: true }));

/** Waits until nobody listens any more. */
async function ended(url) {
  for (;;) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const accepted = await new Promise((resolve) => socket.on("connect", () => resolve(true)).on("error", () => resolve(false)));
    socket.destroy();
    if (!accepted) {
      return;
    }
  }
}

/** The script of a process that starts a server and prints where it is. */
const script = (rest) => `
  import { MockServer } from "cortex-audit-mock";
  const server = await MockServer.start();
  console.log(server.url);
  ${rest}`;

/** Runs such a script; resolves to the URL of its server and to how it ended. */
async function run(rest) {
  const home = fileURLToPath(new URL("..", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "-e", script(rest)], { cwd: home, stdio: ["ignore", "pipe", "inherit"] });
  let url = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (url += text));
  const [code, signal] = await once(child, "close");
  return { url: url.trim(), end: signal ?? code };
}

test("a server stops with the process that forgot it", async () => {
  const { url, end } = await run("");
  assert.equal(end, 0);
  await ended(url);
});

test("a server stops with the process that is killed", async () => {
  const { url, end } = await run('process.kill(process.pid, "SIGKILL");');
  assert.equal(end, "SIGKILL");
  await ended(url);
});

test("a stopped server is gone, and can be stopped again", async () => {
  const server = await MockServer.start();
  await server.stop();
  await server.stop();
  await assert.rejects(fetch(server.url));
  await assert.rejects(server.changes(), /ECONNREFUSED/);
});

test("CommonJS has the same classes", () => {
  assert.equal(createRequire(import.meta.url)("cortex-audit-mock").MockServer, MockServer);
});

test("a server that does not start says why", async () => {
  const failed = (message) => (error) => {
    assert.ok(error instanceof StartError);
    assert.match(error.message, message);
    return true;
  };
  await assert.rejects(MockServer.start({ rateLimit: "5/x" }), failed(/exit code 2.*\n.*--rate-limit/s));
  await assert.rejects(MockServer.start({ fixtures: join(folder, "no.json") }), failed(/exit code 1.*no\.json/s));
  await assert.rejects(MockServer.start({ ratelimit: "5/s" }), failed(/--ratelimit/));
});

test("the log is read however much there is", async () => {
  const server = await MockServer.start({ log: "json" });
  for (let left = 500; left > 0; left--) {
    await (await fetch(`${server.url}/api/v1/audit-logs?page=-1`)).text();
  }
  await server.stop();
  assert.ok(server.log.length > 65_536 && server.log.length <= 1_000_000, `${server.log.length} characters`);
});

test("flags, arguments and the report reach the server", async () => {
  const report = join(folder, "verdict.txt");
  const server = await MockServer.start({ generate: 25, basePath: "/cortex", strict: false, args: ["--report", report] });
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/cortex$/);
  assert.equal((await server.version()).entries, 25);
  await server.stop();
  assert.match(readFileSync(report, "utf8"), /./);
});

test("a server that ends with an error says so when it is stopped", async () => {
  const server = await MockServer.start({ args: ["--expect", "complete"] });
  await assert.rejects(server.stop(), (error) => error instanceof StopError && /exit code 1.*complete/s.test(error.message));
});

test("the token is that of the first key that may view audit logs, if there is one", async () => {
  const keys = join(folder, "keys.json");
  const key = (token, role) => ({ token, name: token, roles: role });
  writeFileSync(keys, JSON.stringify({ keys: [key("ci-nobody-1", []), key("ci-first-2", [{ type: "DEFAULT", role: "ADMIN" }])] }));
  await using_(MockServer.start({ keys }), (server) => assert.equal(server.session("a").token, "ci-first-2~a"));
  writeFileSync(keys, JSON.stringify({ keys: [key("ci-nobody-1", [])] }));
  await using_(MockServer.start({ keys }), (server) => {
    assert.throws(() => server.token, /no key of the server may view audit logs/);
    assert.throws(() => server.session().token, /no key/);
  });
});

/** Connects with these variables of the environment and no others of the package. */
async function connectWith(variables, options) {
  const names = ["CORTEX_AUDIT_MOCK_URL", "CORTEX_API_KEY", "CORTEX_MOCK_ADMIN_TOKEN"];
  const before = names.map((name) => process.env[name]);
  const set = (values) => names.forEach((name, index) => (values[index] === undefined ? delete process.env[name] : (process.env[name] = values[index])));
  set(names.map((name) => variables[name]));
  try {
    return await MockServer.connect(options);
  } finally {
    set(before);
  }
}

test("a server that runs already is used, and goes on", async () => {
  await using_(MockServer.start({ adminToken: "guard-4711" }), async (started) => {
    const guard = { CORTEX_MOCK_ADMIN_TOKEN: "guard-4711" };
    const environment = { CORTEX_AUDIT_MOCK_URL: started.url, CORTEX_API_KEY: started.token, ...guard };
    await using_(connectWith(environment), async (server) => {
      const session = server.session("one");
      assert.deepEqual([server.url, session.token], [started.url, "mock-admin~one"]);
      assert.equal((await session.changes()).entries, 640);
      assert.deepEqual([server.log, server.certificate], ["", undefined]);
    });
    assert.deepEqual(await started.sessions(), ["one"]);
    const options = { url: `${started.url}/`, token: "mock-auditor", adminToken: "guard-4711" };
    const other = await connectWith({ CORTEX_AUDIT_MOCK_URL: "http://127.0.0.1:1", CORTEX_API_KEY: "real" }, options);
    assert.deepEqual([other.url, other.token], [started.url, "mock-auditor"]);
    const without = await connectWith({ ...guard, CORTEX_AUDIT_MOCK_URL: started.url });
    assert.throws(() => without.session().token, /CORTEX_API_KEY is not set/);
    await assert.rejects(connectWith({ CORTEX_AUDIT_MOCK_URL: started.url }), /401 .*CORTEX_MOCK_ADMIN_TOKEN/);
  });
});

test("without a server to connect to a sentence says what to do", async () => {
  await assert.rejects(connectWith({}), /CORTEX_AUDIT_MOCK_URL is not set.* `cortex-audit-mock run --`/);
  await assert.rejects(connectWith({}, { url: "127.0.0.1:8080" }), /is "127\.0\.0\.1:8080"; expected: one such as http:\/\/127\.0\.0\.1:8080/);
  await assert.rejects(connectWith({ CORTEX_AUDIT_MOCK_URL: "http://127.0.0.1:1" }), /^MockServerError: http:\/\/127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/);
});

test("a guarded control plane is called with its token, which is no argument", async () => {
  // Others may run a server with a token of an example.
  const adminToken = randomUUID();
  await using_(MockServer.start({ adminToken }), async (server) => {
    assert.equal((await fetch(`${server.url}/__admin/clock`)).status, 401);
    assert.equal((await server.clock.get()).system, true);
    assert.equal((await server.session("one").changes()).entries, 640);
    const { stdout } = await new Promise((resolve) => execFile("ps", ["-eo", "args"], (_, stdout) => resolve({ stdout })));
    assert.match(stdout, /cortex-audit-mock run /);
    assert.ok(!stdout.includes(adminToken));
  });
});

test("HTTPS works with the certificate that the server has made", async () => {
  let certificate;
  await using_(MockServer.start({ tlsSelfSigned: true }), async (server) => {
    certificate = server.certificate;
    assert.equal((await server.changes()).entries, 640);
    const request = https.get(`${server.url}/__admin/health`, { ca: readFileSync(certificate), agent: false });
    const [response] = await once(request, "response");
    assert.equal(response.statusCode, 200);
    response.resume();
  });
  assert.ok(!existsSync(certificate));
});

test("what tests replace is not used", async () => {
  const { fetch, setTimeout } = globalThis;
  globalThis.fetch = globalThis.setTimeout = () => assert.fail("replaced by a test");
  try {
    const server = await MockServer.start();
    await server.changes();
    globalThis.setTimeout = setTimeout;
    await server.stop();
  } finally {
    Object.assign(globalThis, { fetch, setTimeout });
  }
});

/** `await using`, which Node 20 does not have. */
async function using_(started, use) {
  const server = await started;
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}
