// The HTTP client of the control plane (`/__admin`): one method sends every call.
"use strict";

const http = require("node:http");
const https = require("node:https");
const { isDate } = require("node:util/types");
const { ControlPlaneError, MockServerError } = require("./errors.js");

/** A verdict over a million entries takes seconds. */
const TIMEOUT_MILLISECONDS = 60_000;

/** The control plane of one server, about one session. */
class ControlPlane {
  #url;
  #token;
  #session;

  constructor(url, token, session) {
    this.#url = url;
    this.#token = token;
    this.#session = session;
  }

  forSession(name) {
    return new ControlPlane(this.#url, this.#token, name);
  }

  /** Calls `/__admin` and the path, and returns the JSON of the answer. */
  async call(method, path, { query, body } = {}) {
    return JSON.parse(await this.send(method, path, { query, body }));
  }

  /** Calls `/__admin` and the path, and returns the body of the answer. A body that is text is sent as it is, any other as JSON. */
  async send(method, path, { query, body, accept = "application/json" } = {}) {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ session: this.#session, ...query })) {
      if (value !== undefined) {
        parameters.set(name, wireText(value));
      }
    }
    const headers = { Accept: accept };
    if (this.#token) {
      headers.Authorization = `Bearer ${this.#token}`;
    }
    const content = body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const { status, text } = await exchange(method, `${this.#url}/__admin${path}?${parameters}`, headers, content);
    if (status >= 400) {
      throw new ControlPlaneError(`${method} /__admin${path}`, problem(status, text));
    }
    return text;
  }
}

/** One request on a connection of its own. Not `fetch`, which tests replace. */
function exchange(method, url, headers, body) {
  const isHttps = url.startsWith("https:");
  const options = {
    method,
    headers,
    agent: false,
    timeout: TIMEOUT_MILLISECONDS,
    // The certificate of a mock is one that nobody else trusts.
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    const failed = (cause) => {
      const message = `${new URL(url).origin} does not answer (${cause.message}); the server may have been stopped`;
      reject(new MockServerError(message, { cause }));
    };
    const request = (isHttps ? https : http).request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, text }));
      response.on("error", failed);
    });
    request.on("timeout", () => request.destroy(new Error(`no response within ${TIMEOUT_MILLISECONDS / 1000} s`)));
    request.on("error", failed);
    request.end(body);
  });
}

/** The error in a body. Only what stands between this process and the server answers with anything else than JSON. */
function problem(status, text) {
  try {
    return JSON.parse(text);
  } catch {
    return { httpStatus: status, message: http.STATUS_CODES[status], details: text };
  }
}

/** A value in a query or behind a flag; an array has commas between its values. */
function wireText(value) {
  if (Array.isArray(value)) {
    return value.map(wireText).join(",");
  }
  return isDate(value) ? value.toISOString() : String(value);
}

/** The members of an object that are not undefined, as JSON has them. */
function wireObject(members) {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, isDate(value) ? value.toISOString() : value]));
}

module.exports = { ControlPlane, wireObject, wireText };
