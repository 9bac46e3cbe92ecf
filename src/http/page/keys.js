// The key that the page asks with. Of the server's keys only the built-in ones are known here; whoever runs it with keys
// of their own types a token in, which stays in this tab.

import { change, state } from "./state.js";

/** The built-in keys and what comes of them; empty when the server has keys of its own. */
export const BUILT_IN = document.documentElement.dataset.keys === "built-in"
  ? [
      { token: "mock-admin", label: "Admin", what: "200" },
      { token: "mock-auditor", label: "Auditor (custom role)", what: "200" },
      { token: "mock-personal", label: "Personal token", what: "200" },
      { token: "mock-no-audit", label: "No audit permission", what: "403" },
      { token: "mock-expired", label: "Expired", what: "401" },
      { token: "mock-revoked", label: "Revoked", what: "401" },
      { token: "mock-throttled", label: "Throttled, 3 a minute", what: "429" },
      { token: "mock-flaky", label: "Flaky, 503 twice", what: "503" },
      { token: "mock-slow", label: "Slow, two seconds", what: "200" },
    ]
  : [];

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
