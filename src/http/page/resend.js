// A request of the journal once more: as a command to copy, or sent by the page.

import { BASE_URL, mark } from "./api.js";
import { BUILT_IN, key } from "./keys.js";
import { FROM_ENVIRONMENT, quoted } from "./snippets.js";
import { state } from "./state.js";

/** The token of a built-in key, which is public, in the session that is shown; null where only the client knows it. */
function publicToken({ key }) {
  const known = BUILT_IN.find(({ name, token }) => key?.name === name && token.endsWith(key.lastFour));
  return known ? inSession(known.token) : null;
}

const inSession = (token) => (state().session === "" ? token : `${token}~${state().session}`);

const urlOf = ({ path, query }) => `${BASE_URL}${path}${query && "?"}${query}`;

/** A command for a POSIX shell; a token that is not public is `$CORTEX_API_KEY`. */
export function curlOf(record) {
  const { method, headers } = record;
  const token = publicToken(record) ?? FROM_ENVIRONMENT;
  const authorization = token === FROM_ENVIRONMENT ? `"Authorization: Bearer ${token}"` : quoted(`Authorization: Bearer ${token}`);
  const isCompressed = /gzip|br|deflate/.test(headers["Accept-Encoding"] ?? "");
  const others = Object.entries(headers).filter(([name]) => name !== "Accept-Encoding");
  return [
    `curl -i${{ GET: "", HEAD: " -I" }[method] ?? ` -X ${quoted(method)}`}${isCompressed ? " --compressed" : ""} -H ${authorization}`,
    ...others.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    `  ${quoted(urlOf(record))}`,
  ].join(" \\\n");
}

/** Sends it with the token of its key, or else with the one of the page. Answers `{status, bytes, milliseconds}`; status 0 is none. */
export async function sendAgain(record) {
  const began = performance.now();
  const headers = { Authorization: `Bearer ${publicToken(record) ?? inSession(key())}`, ...mark() };
  try {
    const response = await fetch(urlOf(record), { method: record.method, headers, cache: "no-store", credentials: "omit" });
    const { byteLength } = await response.arrayBuffer();
    return { status: response.status, bytes: byteLength, milliseconds: performance.now() - began };
  } catch {
    return { status: 0, bytes: 0, milliseconds: performance.now() - began };
  }
}
