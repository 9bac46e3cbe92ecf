// The usual faults, ready to be armed with a click.

/** A page of a gateway. */
function html(heading) {
  return `<html><head><title>${heading}</title></head><body><h1>${heading}</h1></body></html>\n`;
}

export const READY = {
  "Errors of the API": {
    "503 once": { type: "status", status: 503, retryAfter: 2, times: 1 },
    "503 on every third request": { type: "status", status: 503, retryAfter: 1, times: 1, cycle: 3 },
    "503 until a date": { type: "status", status: 503, retryAfter: 5, retryAfterDate: true, times: 1 },
    "429 once": { type: "status", status: 429, retryAfter: 5, times: 1 },
    "403 outside the plan": { type: "status", status: 403, message: "Product access to [AUDIT_LOGS] not permitted" },
  },
  "Responses of gateways": {
    "502 as HTML once": { type: "status", status: 502, body: html("502 Bad Gateway"), times: 1 },
    "503 as text once": { type: "status", status: 503, body: "upstream connect error", contentType: "text/plain", times: 1 },
    "504 as HTML once": { type: "status", status: 504, body: html("504 Gateway Time-out"), times: 1 },
    "200 as HTML once": { type: "status", status: 200, body: html("Please sign in"), times: 1 },
    "200 without a body once": { type: "status", status: 200, body: "", times: 1 },
  },
  Connections: {
    "TCP reset once": { type: "reset", times: 1 },
    "Empty reply once": { type: "empty", times: 1 },
    "Truncated body once": { type: "truncate", bytes: 100, times: 1 },
    "Malformed JSON once": { type: "malformed", times: 1 },
    "Delay 2 s": { type: "delay", fixed: "2s" },
    "Slow body": { type: "drip", bytes: 512, every: "100ms" },
  },
};

/** Whether a rule of the session is a ready one, for whatever key it holds. */
export function isLike(fault, ready) {
  const { id: _id, fired: _fired, matched: _matched, ofKey: _ofKey, match: _match, ...rule } = fault;
  const sorted = (object) => JSON.stringify(Object.entries(object).sort());
  return sorted(rule) === sorted(ready);
}
