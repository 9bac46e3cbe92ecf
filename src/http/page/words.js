// What the control plane's names mean, in words.

import { AUDIT_LOGS } from "./api.js";
import { tokenOf, withTokens } from "./keys.js";

const PHRASES = {
  0: "No response", 200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
  405: "Method Not Allowed", 408: "Request Timeout", 413: "Content Too Large", 414: "URI Too Long", 421: "Misdirected Request",
  429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error", 502: "Bad Gateway",
  503: "Service Unavailable", 504: "Gateway Timeout",
};

export function phrase(status) {
  return PHRASES[status] ?? (status < 500 ? "Refused" : "Failed");
}

/** What answered a request in place of the operation; nothing if that did. */
export function intervention({ answeredBy, faults }) {
  return {
    limit: "the rate limit", prefer: "the header Prefer", scenario: "the scenario",
    fault: `fault ${faults.join(", ")}`,
  }[answeredBy];
}

/** Whether a request is one for the audit logs, which has parameters that can be understood. */
export function isForAuditLogs({ path }) {
  return path.replace(/\/$/, "") === AUDIT_LOGS;
}

/** These are refused before the operation is reached. */
const BEFORE = {
  204: "the CORS check of a browser", 401: "the check of the key", 404: "the router: nothing is at this path",
  405: "the router: the path has no such method", 408: "the limit on the time of a request", 413: "the limit on the size of a request",
  414: "the limit on the length of a URL", 421: "the check of the host", 431: "the limit on the size of headers",
};

/** What made the response. */
export function answeredBy(record) {
  const { status } = record;
  if (status === 0 && !record.answeredBy) return undefined;
  return intervention(record) ?? BEFORE[status] ?? (isForAuditLogs(record) ? "the audit logs" : "the server");
}

export function keyOf({ key }) {
  return key ? withTokens(`${key.name} (…${key.lastFour})`) : "unknown key";
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function took(microseconds) {
  if (microseconds < 1000) return `${microseconds} µs`;
  return microseconds < 1e6 ? `${(microseconds / 1000).toFixed(1)} ms` : `${(microseconds / 1e6).toFixed(2)} s`;
}

/** Text before it was percent-encoded; as it is when it cannot have been. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `[name, value]` of a query, in its order; a value that is not given is null. */
export function parametersOf(query) {
  const pairs = query.replaceAll("+", " ").split("&").filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [name, ...rest] = pair.split("=");
    return [decoded(name), rest.length > 0 ? decoded(rest.join("=")) : null];
  });
}

/** What a fault does. */
export function effect({ type, status, retryAfter, retryAfterDate, message, body, contentType, fixed, uniform, logNormal, bytes, every }) {
  const sent = body === undefined ? "" : body === "" ? " without a body" : ` with a body of ${contentType ?? "text/html"}`;
  const later = fixed ?? (uniform ? `${uniform.min} to ${uniform.max}` : `about ${logNormal?.median}`);
  return {
    status: `Responds ${status} ${message ?? phrase(status)}${sent}${retryAfter === undefined ? "" : `, Retry-After ${retryAfter} s${retryAfterDate ? " as a date" : ""}`}`,
    delay: `Delays the response by ${later}`,
    reset: "Closes the connection with a TCP reset",
    empty: "Closes the connection without a response",
    truncate: `Closes the connection after ${bytes} bytes of the body`,
    malformed: "Sends the first half of the JSON as if it were complete",
    drip: `Sends the body ${bytes} bytes at a time, every ${every}`,
  }[type] ?? type;
}

/** For which requests a fault is, and how often. */
export function occasions({ after, times, cycle, probability, match = {} }) {
  const { key, page, query = {} } = match;
  const often = [
    times === undefined ? "Every request" : times === 1 ? "Once" : `${times} times`,
    cycle && `in every ${cycle} requests`, after && `after the first ${after}`, probability < 1 && `with probability ${probability}`,
  ];
  const matching = [
    key && `with key ${tokenOf(key)}`, page !== undefined && `for page ${page}`,
    ...Object.entries(query).map(([name, value]) => `with ${name}=${value}`),
  ];
  const words = (parts) => parts.filter(Boolean).join(" ");
  return words([words(often), ...matching]);
}
