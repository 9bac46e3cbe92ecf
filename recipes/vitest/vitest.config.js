// One server for the whole run, a session of its own for each test; `cortex-audit-mock` must be on the PATH.
//
//     npm install
//     npm test
//
// The same for Jest is in ../jest.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { globalSetup: "./global-setup.js" },
});
