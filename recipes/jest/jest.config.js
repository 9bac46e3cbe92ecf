// One server for the whole run, a session of its own for each test; `cortex-audit-mock` must be on the PATH.
//
//     npm install
//     npm test
//
// The same for Vitest is in ../vitest.
module.exports = {
  globalSetup: "./global-setup.js",
  globalTeardown: "./global-teardown.js",
  testEnvironment: "node",
};
