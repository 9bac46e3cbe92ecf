// What the control plane's names mean, in words.

const PHRASES = {
  0: "No answer", 200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
  405: "Method Not Allowed", 429: "Too Many Requests", 500: "Internal Server Error",
  502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
};

export function phrase(status) {
  return PHRASES[status] ?? (status < 500 ? "Refused" : "Failed");
}

/** What answered a request in place of the operation. */
export function answeredBy({ answeredBy, faults }) {
  return { limit: "by the rate limit", prefer: "as the header Prefer asked", fault: `by fault ${faults.join(", ")}`, scenario: "by the scenario" }[answeredBy];
}

export function keyOf({ key }) {
  return key ? `${key.name} …${key.lastFour}` : "no known key";
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
    status: `Answers ${status} ${message ?? phrase(status)}${sent}${retryAfter === undefined ? "" : `, Retry-After ${retryAfter} s${retryAfterDate ? " as a date" : ""}`}`,
    delay: `Answers ${later} later`,
    reset: "Closes the connection with a TCP reset",
    empty: "Closes the connection without an answer",
    truncate: `Breaks off after ${bytes} bytes of the body`,
    malformed: "Sends half of the JSON as if it were all",
    drip: `Sends ${bytes} bytes every ${every}`,
  }[type] ?? type;
}

/** For which requests a fault is, and how often. */
export function occasions({ after, times, cycle, probability, match = {} }) {
  const { key, page, query = {} } = match;
  const often = [
    times === undefined ? "Each time" : times === 1 ? "Once" : `${times} times`,
    cycle && `of every ${cycle} requests`, after && `after the first ${after}`, probability < 1 && `with a chance of ${probability}`,
  ];
  const matching = [
    key && `with the key ${key}`, page !== undefined && `for page ${page}`,
    ...Object.entries(query).map(([name, value]) => `with ${name}=${value}`),
  ];
  const words = (parts) => parts.filter(Boolean).join(" ");
  return `${words(often)}; requests ${words(matching) || "of all kinds"}`;
}
