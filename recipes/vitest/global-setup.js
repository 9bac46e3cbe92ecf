// Starts the server on a free port before the first test, and stops it after the last.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";

export default async function setup(project) {
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
  project.provide("serverUrl", JSON.parse(line).url);

  return async () => {
    server.kill();
    await once(server, "exit");
  };
}
