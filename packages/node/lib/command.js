// Runs the binary with the arguments, standard streams, signals and exit code of this process.
"use strict";

const { spawn } = require("node:child_process");
const { isatty } = require("node:tty");
const { findBinary } = require("./binary.js");
const { BinaryNotFoundError } = require("./errors.js");

/** Signals that the keyboard sends to all processes of a terminal, the binary among them. */
const OF_KEYBOARD = ["SIGINT", "SIGQUIT"];
const OTHERS = ["SIGHUP", "SIGTERM", "SIGUSR1", "SIGUSR2"];

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

function binary() {
  try {
    return findBinary();
  } catch (error) {
    if (error instanceof BinaryNotFoundError) {
      fail(error.message);
    }
    throw error;
  }
}

const program = binary();
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
const atTerminal = isatty(0);
for (const signal of [...OF_KEYBOARD, ...OTHERS]) {
  // Not a second time: a command of `run` would take that for an order to stop at once.
  const isSentToBoth = atTerminal && OF_KEYBOARD.includes(signal);
  process.on(signal, () => isSentToBoth || child.kill(signal));
}
child.on("error", (error) => fail(`cannot run ${program}: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exit(code);
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
