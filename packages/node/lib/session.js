// `Session`: what one test sees of the server, and the parts by which it is controlled.
"use strict";

const { wireObject } = require("./control-plane.js");
const { ControlPlaneError, MockServerError, VerdictError } = require("./errors.js");

/** The state of one session: entries, clock, faults, journal, and the verdict on its clients. */
class World {
  #controlPlane;
  #token;

  constructor(controlPlane, url, token) {
    this.#controlPlane = controlPlane;
    this.#token = token;
    this.url = url;
    this.clock = new ClockControl(controlPlane);
    this.entries = new EntryControl(controlPlane);
    this.faults = new FaultControl(controlPlane);
    this.live = new LiveControl(controlPlane);
    this.requests = new Journal(controlPlane);
    this.scenario = new ScenarioControl(controlPlane);
    this.settings = new SettingsControl(controlPlane);
  }

  get token() {
    if (this.#token === null) {
      throw new MockServerError(
        "there is no token: no key of the server may view audit logs (change the file of `keys`), or `connect` was not given one and CORTEX_API_KEY is not set"
      );
    }
    return this.#token;
  }

  async verdict({ expect, ...scope } = {}) {
    try {
      return await this.#controlPlane.call("GET", "/verdict", { query: { ...scope, expect: names(expect) } });
    } catch (error) {
      throwUnlessBroken(error);
      const text = await this.#controlPlane.send("GET", "/verdict", { query: scope, accept: "text/plain" });
      throw new VerdictError(`${error.details}\n\n${text}`);
    }
  }

  async delivered(sink, { expect, ...scope } = {}) {
    const query = { ...scope, expect: names(expect) };
    try {
      return await this.#controlPlane.call("POST", "/verdict/delivered", { query, body: sink });
    } catch (error) {
      throwUnlessBroken(error);
      throw new VerdictError(error.details);
    }
  }

  summary(query = {}) {
    return this.#controlPlane.call("GET", "/summary", { query });
  }

  changes() {
    return this.#controlPlane.call("GET", "/changes");
  }

  version() {
    return this.#controlPlane.call("GET", "/version");
  }

  reset({ reload } = {}) {
    return this.#controlPlane.call("POST", "/reset", { query: { reload } });
  }
}

/** A named session. */
class Session extends World {
  #controlPlane;

  constructor(controlPlane, url, token, name) {
    const ofSession = controlPlane.forSession(name);
    super(ofSession, url, token && `${token}~${name}`);
    this.#controlPlane = ofSession;
    this.name = name;
  }

  async delete() {
    return (await this.#controlPlane.call("DELETE", `/sessions/${encodeURIComponent(this.name)}`)).removed;
  }

  async [Symbol.asyncDispose]() {
    try {
      await this.delete();
    } catch (error) {
      // It was never used.
      if (!(error instanceof ControlPlaneError && error.status === 404)) {
        throw error;
      }
    }
  }
}

/** The clock of a session: timestamps, rate limits, key expiry and live activity all use it. */
class ClockControl {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  async now() {
    return new Date((await this.get()).now);
  }

  get() {
    return this.#controlPlane.call("GET", "/clock");
  }

  set({ now, frozen } = {}) {
    return this.#controlPlane.call("PUT", "/clock", { body: wireObject({ now, frozen }) });
  }

  freeze(now) {
    return this.set({ now, frozen: true });
  }

  run(now) {
    return this.set({ now, frozen: false });
  }

  advance(by) {
    return this.#controlPlane.call("POST", "/clock/advance", { body: { by } });
  }

  followSystem() {
    return this.#controlPlane.call("DELETE", "/clock");
  }
}

/** The entries of a session. */
class EntryControl {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  add(entries) {
    return this.#controlPlane.call("POST", "/audit-logs", { body: entries });
  }

  async clear() {
    return (await this.#controlPlane.call("DELETE", "/audit-logs")).removed;
  }

  export() {
    return this.#controlPlane.call("GET", "/audit-logs");
  }
}

/** The fault rules of a session: what goes wrong, for which requests, and how often. */
class FaultControl {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  async add(rules) {
    return (await this.#controlPlane.call("POST", "/faults", { body: rules })).faults;
  }

  async remove(id) {
    return (await this.#controlPlane.call("DELETE", `/faults/${id}`)).removed;
  }

  async clear() {
    return (await this.#controlPlane.call("DELETE", "/faults")).removed;
  }

  async list() {
    return (await this.#controlPlane.call("GET", "/faults")).faults;
  }
}

/** The requests that a session received, and how each ended. */
class Journal {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  async count(filter = {}) {
    return (await this.#controlPlane.call("GET", "/requests/count", { query: filter })).count;
  }

  async clear() {
    return (await this.#controlPlane.call("DELETE", "/requests")).removed;
  }

  async list(filter = {}) {
    return (await this.#controlPlane.call("GET", "/requests", { query: filter })).requests;
  }
}

/** New entries over time. */
class LiveControl {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  get() {
    return this.#controlPlane.call("GET", "/live");
  }

  set(rate, { lateness, burst } = {}) {
    return this.#controlPlane.call("PUT", "/live", { body: wireObject({ rate, lateness, burst }) });
  }

  stop() {
    return this.#controlPlane.call("DELETE", "/live");
  }
}

/** Data that changes while a client reads it. */
class ScenarioControl {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  get() {
    return this.#controlPlane.call("GET", "/scenario");
  }

  start(name, { seed } = {}) {
    return this.#controlPlane.call("PUT", "/scenario", { body: wireObject({ name, seed }) });
  }

  stop() {
    return this.#controlPlane.call("DELETE", "/scenario");
  }
}

/** Rate limit, strictness, and the reading of date-times with an offset. */
class SettingsControl {
  #controlPlane;

  constructor(controlPlane) {
    this.#controlPlane = controlPlane;
  }

  get() {
    return this.#controlPlane.call("GET", "/settings");
  }

  change(settings) {
    return this.#controlPlane.call("PATCH", "/settings", { body: settings });
  }
}

/** Throws an error again unless it says that clients did not meet expectations. */
function throwUnlessBroken(error) {
  if (!(error instanceof ControlPlaneError && error.status === 409)) {
    throw error;
  }
}

/** Expectations with commas between them, without the blanks that people put behind commas. */
function names(expect) {
  return expect === undefined ? undefined : String(expect).replaceAll(" ", "");
}

module.exports = { Session, World };
