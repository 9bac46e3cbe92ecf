// A mock of Cortex's audit-log API for tests: `MockServer` starts it, a `Session` controls it and judges its clients.
// CommonJS, so that `import`, `require` and Jest take it alike.
"use strict";

const { BinaryNotFoundError, ControlPlaneError, MockServerError, StartError, StopError, VerdictError } = require("./lib/errors.js");
const { MockServer } = require("./lib/mock-server.js");
const { Session } = require("./lib/session.js");

module.exports = {
  BinaryNotFoundError,
  ControlPlaneError,
  MockServer,
  MockServerError,
  Session,
  StartError,
  StopError,
  VerdictError,
};
