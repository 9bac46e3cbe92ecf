// Starts the server on a free port before the first test; global-teardown.js stops it after the last.
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { closeSync, openSync } = require("node:fs");
const { createInterface } = require("node:readline");

module.exports = async () => {
  // The log goes to a file: a pipe that nobody reads would fill up and stop the server.
  const log = openSync("cortex-audit-mock.log", "w");
  const server = spawn("cortex-audit-mock", ["--listen", "127.0.0.1:0", "--log", "json"], {
    stdio: ["ignore", "pipe", log],
  });
  closeSync(log);
  // The one line on standard output comes when the server can answer, so there is nothing to wait for.
  const lines = createInterface({ input: server.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(server, "exit")]);
  if (typeof line !== "string") {
    throw new Error("cortex-audit-mock did not start: see cortex-audit-mock.log");
  }
  // What is set here, every worker has.
  process.env.CORTEX_BASE_URL = JSON.parse(line).url;
  globalThis.cortexAuditMock = server;
};
