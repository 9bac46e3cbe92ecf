// `MockServer`: the server, as a process that ends with this one, or one that runs already.
"use strict";

const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { findBinary } = require("./binary.js");
const { ControlPlane, wireText } = require("./control-plane.js");
const { MockServerError, StartError, StopError } = require("./errors.js");
const { Session, World } = require("./session.js");

/** Where a command of `cortex-audit-mock run` finds the server. */
const URL_VARIABLE = "CORTEX_AUDIT_MOCK_URL";
const ADMIN_TOKEN_VARIABLE = "CORTEX_MOCK_ADMIN_TOKEN";

/** A server without requests in progress ends within a second. */
const STOP_MILLISECONDS = 30_000;

/** How much of the log is kept: the end of it. */
const MAX_LOG_CHARACTERS = 1_000_000;

/**
 * The command around which the server runs (`cortex-audit-mock run -- COMMAND`). It prints where the server is, and ends when
 * nobody holds the other end of its input any more: when this process closes that, ends, or is killed.
 */
const HOLDER = `
  const { CORTEX_BASE_URL, CORTEX_API_KEY = null } = process.env;
  console.log(JSON.stringify([CORTEX_BASE_URL, CORTEX_API_KEY]));
  process.stdin.resume();
`;

/** A server on a free port of 127.0.0.1. Its own parts are those of the default session. */
class MockServer extends World {
  #server;
  #controlPlane;
  #token;

  constructor(server, url, token, adminToken) {
    const controlPlane = new ControlPlane(url, adminToken);
    super(controlPlane, url, token);
    this.#server = server;
    this.#controlPlane = controlPlane;
    this.#token = token;
    this.certificate = server?.certificate;
  }

  static async start({ args = [], adminToken, tlsWriteCert, ...flags } = {}) {
    const environment = { ...process.env };
    // Not an argument: others on the machine see those.
    environment[ADMIN_TOKEN_VARIABLE] = adminToken ?? environment[ADMIN_TOKEN_VARIABLE] ?? "";
    // What these say about tests is not meant for the holder.
    delete environment.NODE_OPTIONS;
    delete environment.NODE_V8_COVERAGE;
    const server = new ServerProcess([...flagArguments(flags), ...args], tlsWriteCert, environment);
    const [url, token] = await server.started();
    return new MockServer(server, url, token, environment[ADMIN_TOKEN_VARIABLE]);
  }

  static async connect({ url = process.env[URL_VARIABLE], token, adminToken } = {}) {
    if (!url) {
      throw new MockServerError(
        `${URL_VARIABLE} is not set, so there is no server to connect to: give its URL, or put \`cortex-audit-mock run --\` before the command`
      );
    }
    if (!/^https?:\/\/[^/]/.test(url)) {
      throw new MockServerError(`the URL of the server is "${url}"; expected: one such as http://127.0.0.1:8080`);
    }
    token ??= process.env.CORTEX_API_KEY || null;
    const server = new MockServer(undefined, url.replace(/\/+$/, ""), token, adminToken ?? process.env[ADMIN_TOKEN_VARIABLE]);
    await server.version();
    return server;
  }

  get log() {
    return this.#server?.log ?? "";
  }

  session(name = `session-${randomUUID()}`) {
    return new Session(this.#controlPlane, this.url, this.#token, name);
  }

  async sessions() {
    return (await this.#controlPlane.call("GET", "/sessions")).sessions;
  }

  async stop() {
    await this.#server?.stop();
  }

  [Symbol.asyncDispose]() {
    return this.stop();
  }
}

/** The process of a server. */
class ServerProcess {
  #process;
  #closed;
  #stopped;
  log = "";

  constructor(args, tlsWriteCert, environment) {
    const program = findBinary();
    const command = ["run", ...args];
    let folder;
    if (command.includes("--tls-self-signed") && tlsWriteCert === undefined) {
      folder = mkdtempSync(path.join(tmpdir(), "cortex-audit-mock-"));
      tlsWriteCert = path.join(folder, "certificate.pem");
    }
    if (tlsWriteCert !== undefined) {
      command.push(`--tls-write-cert=${tlsWriteCert}`);
    }
    this.certificate = tlsWriteCert;
    this.#process = spawn(program, [...command, "--", process.execPath, "-e", HOLDER], {
      env: environment,
      // Ctrl-C is for this process, with which the server ends.
      detached: true,
      windowsHide: true,
    });
    const { stdin, stderr } = this.#process;
    // Read all the time: a pipe that nobody reads would fill up.
    stderr.setEncoding("utf8").on("data", (text) => (this.log = (this.log + text).slice(-MAX_LOG_CHARACTERS)));
    // The server may have ended already.
    stdin.on("error", () => {});
    const closed = new Promise((resolve) => {
      this.#process.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
      this.#process.on("error", (error) => resolve(error.message));
    });
    this.#closed = closed.finally(() => folder && rmSync(folder, { recursive: true, force: true }));
  }

  /** Waits for the server; returns its base URL and the token of a client, which is null if there is none. */
  async started() {
    const { stdout } = this.#process;
    let text = "";
    const line = new Promise((resolve) => {
      stdout.setEncoding("utf8").on("data", (part) => {
        text += part;
        if (text.includes("\n")) {
          resolve(text);
        }
      });
    });
    const failed = this.#closed.then((end) => {
      throw new StartError(`cortex-audit-mock did not start (${end}):\n${this.log}`);
    });
    const started = JSON.parse(await Promise.race([line, failed]));
    // A forgotten server keeps no test run from ending, and ends with it.
    this.#handles().forEach((handle) => handle.unref());
    return started;
  }

  stop() {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end() {
    this.#handles().forEach((handle) => handle.ref());
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MILLISECONDS);
    const end = await this.#closed;
    clearTimeout(timer);
    if (end !== "exit code 0") {
      throw new StopError(`cortex-audit-mock ended with ${end}:\n${this.log}`);
    }
  }

  #handles() {
    const { stdin, stdout, stderr } = this.#process;
    return [this.#process, stdin, stdout, stderr];
  }
}

/** The flags as arguments: `--rate-limit=5/s` of `{ rateLimit: "5/s" }`. */
function flagArguments(flags) {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === undefined || value === false) {
      return [];
    }
    const values = Array.isArray(value) ? value : [value];
    return value === true ? [flag] : values.map((one) => `${flag}=${wireText(one)}`);
  });
}

module.exports = { MockServer };
