// Finds the binary `cortex-audit-mock`.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { BinaryNotFoundError } = require("./errors.js");
const platforms = require("./platforms.js");

const VARIABLE = "CORTEX_AUDIT_MOCK_BINARY";
const FILE = process.platform === "win32" ? "cortex-audit-mock.exe" : "cortex-audit-mock";
const ADVICE = `or install the program from an archive or with cargo (docs/install.md) and name it in ${VARIABLE}`;

/** The binary that `CORTEX_AUDIT_MOCK_BINARY` names, or else that of the package for this platform, or else the one on the `PATH`. */
function findBinary() {
  const named = process.env[VARIABLE];
  if (named) {
    if (!isBinary(named)) {
      throw new BinaryNotFoundError(`${VARIABLE} is ${named}, which is missing, a script or not executable: unset it, or give it the path of the program`);
    }
    return named;
  }
  const platform = `${process.platform}-${process.arch}`;
  const folder = packageFolder(`@cortex-audit-mock/${platform}`);
  const packaged = folder && path.join(folder, "bin", FILE);
  const found = [packaged, ...onPath()].find((file) => file !== undefined && isBinary(file));
  if (found === undefined) {
    throw new BinaryNotFoundError(reason(platform, packaged));
  }
  return found;
}

function reason(platform, packaged) {
  if (!(platform in platforms)) {
    const known = Object.keys(platforms).join(", ");
    return `cortex-audit-mock has no binary for ${platform}, only for ${known}: use one of these, ${ADVICE}`;
  }
  if (packaged === undefined) {
    return (
      `the package @cortex-audit-mock/${platform}, which has the binary, is not installed: ` +
      `install again on this platform and with optional dependencies (npm install --include=optional), ${ADVICE}`
    );
  }
  return `the binary ${packaged} is missing or not executable: remove node_modules and install again, ${ADVICE}`;
}

function packageFolder(name) {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, FILE));
}

/** Whether it may be executed and is no script: npm puts the command of this package, a script, on the `PATH` under the same name. */
function isBinary(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    const start = Buffer.alloc(2);
    const opened = fs.openSync(file);
    try {
      return fs.readSync(opened, start) === start.length && start.toString() !== "#!";
    } finally {
      fs.closeSync(opened);
    }
  } catch {
    return false;
  }
}

module.exports = { findBinary };
