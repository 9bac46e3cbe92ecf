// The types of `index.js`. What the control plane takes and returns is in `control-plane.d.ts`, generated from its OpenAPI document.
import type { components, operations } from "./control-plane.js";

type Schemas = components["schemas"];

export type Changes = Schemas["Changes"];
export type Clock = Schemas["Clock"];
export type Delivered = Schemas["Delivered"];
export type EntriesAdded = Schemas["EntriesAdded"];
export type Expectation = Schemas["Expectation"];
export type FaultRule = Schemas["FaultRule"];
export type FaultRuleState = Schemas["FaultList"]["faults"][number];
export type FixtureEntry = Schemas["FixtureEntry"];
export type FixturePage = Schemas["FixturePage"];
export type JournalRecord = Schemas["RequestList"]["requests"][number];
export type LiveActivity = Schemas["LiveActivity"];
export type Offsets = Schemas["Offsets"];
export type ScenarioName = Schemas["ScenarioName"];
export type ScenarioState = Schemas["ScenarioState"];
export type SessionReset = Schemas["SessionReset"];
export type Settings = Schemas["Settings"];
export type SettingsChange = Schemas["SettingsChange"];
export type Summary = Schemas["Summary"];
export type Verdict = Schemas["Verdict"];
export type Version = Schemas["Version"];

/** An instant: RFC 3339, relative to the clock of the session such as `now-5m`, or a `Date`. */
export type Time = string | Date;

/** One value, or several: an array, or a text with commas between them. */
export type Texts = string | readonly string[];

/** What a query may have: texts as they are sent, a `Date` in place of a time, an array in place of commas. */
type QueryValue<Value> = Value extends readonly (infer Item)[]
  ? string | readonly Item[]
  : string extends Value
    ? Texts | Date
    : Value;

type Query<Name extends keyof operations> = {
  [Parameter in Exclude<keyof QueryOf<Name>, "session">]?: QueryValue<NonNullable<QueryOf<Name>[Parameter]>>;
};

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;

/** Which requests of the journal count: `{ status: 429 }`, `{ status: "5xx", page: 2 }`. */
export type RequestFilter = Omit<Query<"countRequests">, "limit" | "status"> & { status?: number | string };

/** The entries over which clients are judged, and how far back from its newest entry a client means to read again. */
export type VerdictScope = Omit<Query<"getVerdict">, "expect">;

/** Entries or records of a sink: one, several, a whole response of the API, or text with JSON or with one record per line. */
type Records<Record> = string | Uint8Array | Record | readonly Record[] | { logs: readonly Record[] };

/** The flags of the server, as `docs/command-line.md` describes them, and how it is started. */
export interface Options {
  /** Address; by default 127.0.0.1 and a free port. */
  listen?: string;
  /** Files of entries. By default the server has its built-in story. */
  fixtures?: Texts;
  /** The number of entries to generate. */
  generate?: number;
  /** The file of API keys. By default there are the built-in test keys. */
  keys?: string;
  /** Freezes the clock at this time. */
  now?: Time;
  /** Such as `5/s`, or `off`. */
  rateLimit?: string;
  /** Whether what the API does not list is refused. */
  strict?: boolean;
  offsets?: Offsets;
  /** The file of further known object types. */
  objectTypes?: string;
  /** New entries over time, such as `6/min`. */
  live?: string;
  /** The number of entries that can be added to a session. */
  maxEntries?: number;
  /** Data that changes while a client reads it, in every session from its start. */
  scenario?: ScenarioName;
  /** The file of fault rules that every session starts with. */
  faults?: string;
  seed?: number;
  /** The token that the control plane asks for; this package sends it. */
  adminToken?: string;
  /** Disables the control plane, and with it nearly everything of this package. */
  noAdmin?: boolean;
  /** Host names that the control plane accepts. */
  allowHost?: Texts;
  /** Origins of web pages that may call the API. */
  cors?: Texts;
  /** A path such as `/cortex` below which all URLs lie. */
  basePath?: string;
  /** The file of the verdict, written when the server stops: JUnit for `.xml`, text for `.txt`, else JSON. */
  report?: string;
  tlsCert?: string;
  tlsKey?: string;
  /** HTTPS with a certificate made at the start: see `MockServer.certificate`. */
  tlsSelfSigned?: boolean;
  tlsName?: Texts;
  tlsWriteCert?: string;
  log?: "text" | "json" | "off";
  /** Further arguments, as on the command line. */
  args?: readonly string[];
}

/** The state of one session: entries, clock, faults, journal, and the verdict on its clients. */
declare class World {
  protected constructor();
  /** The base URL for the client under test, without a slash at its end. */
  readonly url: string;
  /** The API key for the client under test, of the first key that may view audit logs. */
  get token(): string;
  readonly clock: ClockControl;
  readonly entries: EntryControl;
  readonly faults: FaultControl;
  readonly live: LiveControl;
  readonly requests: Journal;
  readonly scenario: ScenarioControl;
  readonly settings: SettingsControl;
  /**
   * The verdict on the clients. `expect` names what they are expected to be, such as `complete,polite`; rejects with a
   * `VerdictError` if they were not. The scope selects the entries over which they are judged.
   */
  verdict(options?: VerdictScope & { expect?: string | readonly Expectation[] }): Promise<Verdict>;
  /** Compares what a client has in its sink with what it was served. With `expect: "delivered"` rejects with a `VerdictError` if they differ. */
  delivered(sink: Records<object>, options?: VerdictScope & { expect?: string | readonly "delivered"[] }): Promise<Delivered>;
  /** Counts over the entries of a query. */
  summary(query?: Query<"getSummary">): Promise<Summary>;
  /** Numbers that change when the session does, at little cost. */
  changes(): Promise<Changes>;
  /** Name and version of the server, with the numbers of entries and keys. */
  version(): Promise<Version>;
  /** Resets the session to its initial state; with `reload`, reads the files of the server again before. */
  reset(options?: { reload?: boolean }): Promise<SessionReset>;
}

/**
 * A server on a free port of 127.0.0.1. Its own parts are those of the default session.
 *
 *     const server = await MockServer.start({ generate: 2500, seed: 7 });
 *     await runYourClient(server.url, server.token);
 *     await server.verdict({ expect: "complete,polite" });
 *     await server.stop();
 *
 * It stops with `stop()`, at the end of a block with `await using`, or with this process, even if that is killed.
 */
export class MockServer extends World {
  private constructor();
  /** Starts a server; it is ready when the promise resolves. Rejects with a `StartError` that has its log. */
  static start(options?: Options): Promise<MockServer>;
  /**
   * The server that `cortex-audit-mock run -- COMMAND` has started around this process, or the one at a URL. What is not given comes
   * from `CORTEX_AUDIT_MOCK_URL`, `CORTEX_API_KEY` and `CORTEX_MOCK_ADMIN_TOKEN`. Rejects if the server does not answer.
   */
  static connect(options?: { url?: string; token?: string; adminToken?: string }): Promise<MockServer>;
  /** The path of the certificate that a client has to trust, with `tlsSelfSigned`. */
  readonly certificate: string | undefined;
  /** What the server has logged; the end of it, if it is long. Empty after `connect`, because the log goes to those who started it. */
  get log(): string;
  /** A session of this name, or of a new one: a world of its own, which its token selects. The first use creates it. */
  session(name?: string): Session;
  /** The names of the sessions in use. */
  sessions(): Promise<string[]>;
  /** Stops the server; rejects with a `StopError` if it ends with an error. After `connect` it does nothing. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A named session. With `await using` it is deleted at the end of the block. */
export class Session extends World {
  private constructor();
  readonly name: string;
  /** Deletes the session; its next use creates it anew. Resolves to how many were deleted. */
  delete(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The clock of a session: timestamps, rate limits, key expiry and live activity all use it. */
export interface ClockControl {
  /** The time that it shows, to the millisecond; `get()` has all digits. */
  now(): Promise<Date>;
  /** The time that it shows, and whether it stands still. */
  get(): Promise<Clock>;
  /** Sets the clock; without a time it stays at the one that it shows. It stands still from then on unless `frozen` is false. */
  set(change?: { now?: Time; frozen?: boolean }): Promise<Clock>;
  /** Stops the clock, at a time if one is given. */
  freeze(now?: Time): Promise<Clock>;
  /** Lets the clock run, from a time if one is given. */
  run(now?: Time): Promise<Clock>;
  /** Moves the clock forward by a duration such as `90s` or `2d3h`: a frozen one stays frozen, a running one goes on. */
  advance(by: string): Promise<Clock>;
  /** Returns to the clock of the system. */
  followSystem(): Promise<Clock>;
}

/** The entries of a session. */
export interface EntryControl {
  /** Adds entries, all or, if one is invalid, none. */
  add(entries: Records<FixtureEntry>): Promise<EntriesAdded>;
  /** Removes all entries; resolves to how many there were. */
  clear(): Promise<number>;
  /** The entries, newest first, with the fields that only filters compare. */
  export(): Promise<FixtureEntry[]>;
}

/** The fault rules of a session: what goes wrong, for which requests, and how often. */
export interface FaultControl {
  /** Adds one rule or several, all or, if one is invalid, none. */
  add(rules: FaultRule | readonly FaultRule[]): Promise<FaultRuleState[]>;
  /** Removes the rule with this `id`. */
  remove(id: number): Promise<number>;
  /** Removes all rules but those of keys; resolves to how many there were. */
  clear(): Promise<number>;
  /** The rules in the order in which they apply, with the number of times that each fired. */
  list(): Promise<FaultRuleState[]>;
}

/** The requests that a session received, and how each ended. */
export interface Journal {
  /** The number of matching requests, such as `count({ status: 429 })`. */
  count(filter?: RequestFilter): Promise<number>;
  /** Clears the journal; resolves to how many requests it had. */
  clear(): Promise<number>;
  /** The matching requests, the last one answered first; at most `limit`. */
  list(filter?: RequestFilter & { limit?: number }): Promise<JournalRecord[]>;
}

/** New entries over time. */
export interface LiveControl {
  /** The rate of new entries; `off` if there are none. */
  get(): Promise<LiveActivity>;
  /** Adds entries at a rate such as `6/min`, up to `lateness` after their timestamp, `burst` at a time. */
  set(rate: string, options?: { lateness?: string; burst?: number }): Promise<LiveActivity>;
  /** Adds no more entries. */
  stop(): Promise<LiveActivity>;
}

/** Data that changes while a client reads it. */
export interface ScenarioControl {
  /** The running scenario with its counters; its name is `off` if there is none. */
  get(): Promise<ScenarioState>;
  /** Starts a scenario, by the seed of the server unless one is given. */
  start(name: ScenarioName, options?: { seed?: number }): Promise<ScenarioState>;
  /** Ends the scenario; what it added stays. */
  stop(): Promise<ScenarioState>;
}

/** Rate limit, strictness, and the reading of date-times with an offset. */
export interface SettingsControl {
  /** The settings of the session. */
  get(): Promise<Settings>;
  /** Changes the settings that are given, and keeps the others. */
  change(settings: SettingsChange): Promise<Settings>;
}

/** Any error of this package. */
export class MockServerError extends Error {}

/** The binary `cortex-audit-mock` is nowhere to be found. */
export class BinaryNotFoundError extends MockServerError {}

/** The server did not start; the message has its log. */
export class StartError extends MockServerError {}

/** The server ended with an error, such as a report that it could not write; the message has its log. */
export class StopError extends MockServerError {}

/** The clients did not meet the expectations; the message has the reasons and the verdict. */
export class VerdictError extends MockServerError {}

/** The control plane refused a call, and nothing was changed. */
export class ControlPlaneError extends MockServerError {
  /** The status of the response. */
  readonly status: number;
  /** What is wrong, the value received, and what is accepted. */
  readonly details: string;
  readonly requestId: string | undefined;
}

// Nothing else is exported.
export {};
