// The command `cortex-audit-mock` of the package, as npm installs it.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { findBinary } = require("../lib/binary.js");
const source = fileURLToPath(new URL("..", import.meta.url));
const { version } = require("../package.json");
const binary = findBinary();
const platform = `${process.platform}-${process.arch}`;

const folder = mkdtempSync(join(tmpdir(), "node-package-"));
after(() => rmSync(folder, { recursive: true }));
const modules = join(folder, "node_modules");
cpSync(source, join(modules, "cortex-audit-mock"), { recursive: true });
const command = join(modules, "cortex-audit-mock", "bin.js");
// Where there is nothing but Node, and the command as npm puts it on the PATH.
const programs = join(folder, "programs");
mkdirSync(programs);
symlinkSync(process.execPath, join(programs, "node"));
symlinkSync(command, join(programs, "cortex-audit-mock"));

/** Runs the command; resolves to its exit code and to what it printed. */
function run(args, { env = { CORTEX_AUDIT_MOCK_BINARY: binary }, node = [], input = "" } = {}) {
  return new Promise((resolve) => {
    const options = { env: { PATH: programs, ...env } };
    const child = execFile(process.execPath, [...node, command, ...args], options, (error, stdout, stderr) => {
      resolve({ end: error === null ? 0 : (error.signal ?? error.code), stdout, stderr });
    });
    child.stdin.end(input);
  });
}

/** A file that changes `process` before the command starts. */
function preload(name, value) {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, `Object.defineProperty(process, "${name}", { value: ${JSON.stringify(value)} });`);
  return ["--require", file];
}

test("arguments, standard streams and exit code are those of the program", async () => {
  assert.equal((await run(["--version"])).stdout, `cortex-audit-mock ${version}\n`);
  const PATH = [programs, process.env.PATH].join(delimiter);
  const env = { CORTEX_AUDIT_MOCK_BINARY: binary, PATH };
  const judged = await run(["run", "--", "sh", "-c", "cat; exit 7"], { env, input: "typed" });
  assert.deepEqual([judged.end, judged.stdout], [7, "typed"]);
  assert.match(judged.stderr, /listening on/);
  assert.equal((await run(["run", "--", "sh", "-c", "kill -9 $PPID"], { env })).end, "SIGKILL");
});

test("a signal reaches the program", async () => {
  const env = { CORTEX_AUDIT_MOCK_BINARY: binary, PATH: programs };
  const child = spawn(process.execPath, [command, "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

test("an old Node says that it is too old, and can read that far", async () => {
  const node = preload("versions", { ...process.versions, node: "16.20.2" });
  const { end, stderr } = await run(["--version"], { node });
  assert.equal(end, 1);
  assert.match(stderr, /^error: cortex-audit-mock needs Node 20 or later, and this is Node 16\.20\.2: .*\n$/);
  // Of newer syntax than ECMAScript 5.
  assert.doesNotMatch(readFileSync(command, "utf8"), /=>|`|\?\.|\?\?|\b(?:const|let|class|async|import)\b/);
});

test("a missing binary is one sentence with what to do", async () => {
  const missing = async (message, options = {}) => {
    const { end, stdout, stderr } = await run(["--version"], { env: {}, ...options });
    assert.deepEqual([end, stdout], [1, ""]);
    assert.match(stderr, message);
    assert.match(stderr, /^error: [^\n]*CORTEX_AUDIT_MOCK_BINARY[^\n]*\n$/);
  };
  // The command itself, a script, is on the PATH.
  await missing(new RegExp(`the package @cortex-audit-mock/${platform}, .* is not installed: .*--include=optional`));
  await missing(/no binary for linux-mips, only for darwin-arm64, .*, win32-x64: /, {
    node: [...preload("platform", "linux"), ...preload("arch", "mips")],
  });
  const wrong = join(folder, "no-program");
  await missing(/no-program, which is missing/, { env: { CORTEX_AUDIT_MOCK_BINARY: wrong } });
  await missing(/which is missing, a script or not executable/, { env: { CORTEX_AUDIT_MOCK_BINARY: command } });

  const packaged = join(modules, "@cortex-audit-mock", platform);
  mkdirSync(join(packaged, "bin"), { recursive: true });
  writeFileSync(join(packaged, "package.json"), "{}");
  await missing(/the binary .*bin.cortex-audit-mock is missing or not executable: remove node_modules and install again/);
  symlinkSync(binary, join(packaged, "bin", "cortex-audit-mock"));
  assert.equal((await run(["--version"], { env: {} })).stdout, `cortex-audit-mock ${version}\n`);
  rmSync(packaged, { recursive: true });

  symlinkSync(binary, join(folder, "cortex-audit-mock"));
  const PATH = [programs, folder].join(delimiter);
  assert.equal((await run(["--version"], { env: { PATH } })).end, 0);
});
