// What the control plane's names mean, in words.

const PHRASES = {
  0: "No answer", 200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
  405: "Method Not Allowed", 413: "Content Too Large", 429: "Too Many Requests", 500: "Internal Server Error",
  502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
};

export function phrase(status) {
  return PHRASES[status] ?? (status < 400 ? "Success" : status < 500 ? "Refused" : "Failed");
}

/** What answered a request in place of the operation; null when the operation did. */
export function answeredBy({ answeredBy, faults }) {
  const words = {
    limit: "by the rate limit",
    prefer: "as the header Prefer asked",
    fault: `by fault ${faults.join(", ")}`,
    scenario: "by the scenario",
  };
  return words[answeredBy] ?? answeredBy;
}

export function keyOf({ key }) {
  return key ? `${key.name} …${key.lastFour}` : "no known key";
}

/** A length of time that was measured in microseconds. */
export function took(microseconds) {
  if (microseconds < 1000) return `${microseconds} µs`;
  return microseconds < 1e6 ? `${(microseconds / 1000).toFixed(1)} ms` : `${(microseconds / 1e6).toFixed(2)} s`;
}

/** Text as it was before it was percent-encoded; as it is when it cannot have been. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `[name, value]` of a query, in its order; a value that is not given is null. */
export function parametersOf(query) {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [name, ...rest] = pair.replaceAll("+", " ").split("=");
    return [decoded(name), rest.length > 0 ? decoded(rest.join("=")) : null];
  });
}

export function shortened(text, most) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** What a fault does. */
export function effect(fault) {
  const { type, status, retryAfter, fixed, uniform, logNormal, bytes, every } = fault;
  switch (type) {
    case "status": return `Answers ${status} ${phrase(status)}${retryAfter === undefined ? "" : `, Retry-After ${retryAfter} s`}`;
    case "delay":
      if (fixed) return `Answers ${fixed} later`;
      return uniform ? `Answers ${uniform.min} to ${uniform.max} later` : `Answers about ${logNormal.median} later, now and then much more`;
    case "reset": return "Closes the connection with a TCP reset";
    case "empty": return "Closes the connection without an answer";
    case "truncate": return `Breaks off after ${bytes} bytes of the body`;
    case "malformed": return "Sends half of the JSON as if it were all";
    case "drip": return `Sends ${bytes} bytes every ${every}`;
    default: return type;
  }
}

/** For which requests a fault is, and how often. */
export function occasions({ after, times, cycle, probability, match = {} }) {
  const { key, page, query = {} } = match;
  const matching = [
    key !== undefined && `with the key ${key}`,
    page !== undefined && `for page ${page}`,
    ...Object.entries(query).map(([name, value]) => `with ${name}=${value}`),
  ].filter(Boolean);
  const often = [
    times === undefined ? "each time" : times === 1 ? "once" : `${times} times`,
    cycle !== undefined && `of every ${cycle} requests`,
    after > 0 && `after the first ${after}`,
    probability !== undefined && probability < 1 && `by chance, ${Math.round(probability * 100)} %`,
  ].filter(Boolean);
  return `${often.join(" ")}; ${matching.length > 0 ? `requests ${matching.join(" ")}` : "any request"}`;
}
