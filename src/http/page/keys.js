// The key that the page asks with. Of the server's keys only the built-in ones are known here; whoever runs it with keys
// of their own types a token in, which stays in this tab.

import { change, state } from "./state.js";

/** The built-in keys, their names and what comes of them; empty when the server has keys of its own. */
export const BUILT_IN = document.documentElement.dataset.keys === "built-in"
  ? [
      { token: "mock-admin", name: "Admin", what: "200" },
      { token: "mock-auditor", name: "Auditor", what: "200" },
      { token: "mock-personal", name: "Personal token of Ada Byron", what: "200" },
      { token: "mock-no-audit", name: "No audit", what: "403" },
      { token: "mock-expired", name: "Expired", what: "401" },
      { token: "mock-revoked", name: "Revoked", what: "401" },
      { token: "mock-throttled", name: "Throttled", what: "429 after 3/min" },
      { token: "mock-flaky", name: "Flaky", what: "503 twice" },
      { token: "mock-slow", name: "Slow", what: "200 after 2 s" },
    ]
  : [];

/** The token of a built-in key by its name; another name as it is. */
export function tokenOf(name) {
  return BUILT_IN.find((key) => key.name === name)?.token ?? name;
}

/** The name of a built-in key by its token; any other text as it is. */
export function nameOf(token) {
  return BUILT_IN.find((key) => key.token === token)?.name ?? token;
}

/** A text of the server in which built-in keys have their token, which is public, in place of name and last four characters. */
export function withTokens(text) {
  return BUILT_IN.reduce((text, { token, name }) => text.replaceAll(`${name} (…${token.slice(-4)})`, token), text);
}

const KEPT = "cortex-audit-mock token";

/** The token without a session; empty when none is known yet. */
export function key() {
  const named = BUILT_IN.find(({ token }) => token === state().key);
  return named?.token ?? sessionStorage.getItem(KEPT) ?? BUILT_IN[0]?.token ?? "";
}

/** Whether the token is one that was typed in. */
export function isTyped() {
  return !BUILT_IN.some(({ token }) => token === key());
}

/** Asks with another key from now on. */
export function choose(token) {
  if (BUILT_IN.some((built) => built.token === token)) {
    sessionStorage.removeItem(KEPT);
    change({ key: token === BUILT_IN[0].token ? "" : token });
  } else {
    sessionStorage.setItem(KEPT, token);
    change({ key: "" });
  }
  document.dispatchEvent(new Event("keychosen"));
}

/** The token as it is sent: the key, and behind it the session if there is one. */
export function token() {
  return state().session === "" ? key() : `${key()}~${state().session}`;
}
