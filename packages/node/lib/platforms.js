// The platforms that have a binary, as `os-cpu` of Node, and the target of Rust for which each is built. Those of Linux are
// static, so they run with glibc and with musl.
"use strict";

module.exports = {
  "darwin-arm64": "aarch64-apple-darwin",
  "darwin-x64": "x86_64-apple-darwin",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "linux-x64": "x86_64-unknown-linux-gnu",
  "win32-x64": "x86_64-pc-windows-msvc",
};
