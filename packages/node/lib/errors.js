// The errors of this package.
"use strict";

/** Any error of this package. */
class MockServerError extends Error {
  get name() {
    return this.constructor.name;
  }
}

/** The binary `cortex-audit-mock` is nowhere to be found. */
class BinaryNotFoundError extends MockServerError {}

/** The server did not start; the message has its log. */
class StartError extends MockServerError {}

/** The server ended with an error, such as a report that it could not write; the message has its log. */
class StopError extends MockServerError {}

/** The clients did not meet the expectations; the message has the reasons and the verdict. */
class VerdictError extends MockServerError {}

/** The control plane refused a call, and nothing was changed. */
class ControlPlaneError extends MockServerError {
  constructor(call, problem) {
    super(`${call}: ${problem.httpStatus} ${problem.message}: ${problem.details}`);
    this.status = problem.httpStatus;
    this.details = problem.details;
    this.requestId = problem.requestId;
  }
}

module.exports = { BinaryNotFoundError, ControlPlaneError, MockServerError, StartError, StopError, VerdictError };
