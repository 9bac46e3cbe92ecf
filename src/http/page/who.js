// The key of the requests, and the session whose world is shown.

import { h, put } from "./dom.js";
import { BUILT_IN, choose, isTyped, key } from "./keys.js";
import { change, onChange, state } from "./state.js";

const OTHER = "other";

export function mountWho(root) {
  const keys = h("select", { id: "key", on: { change: () => chosen(keys.value) } });
  const typed = h("input", {
    id: "token", type: "password", placeholder: "Token of a key", autocomplete: "off", spellcheck: "false",
    "aria-label": "Token of a key", on: { change: () => typed.value.trim() !== "" && choose(typed.value.trim()) },
  });
  const session = h("input", {
    id: "session", placeholder: "default", autocomplete: "off", spellcheck: "false", maxlength: "64",
    pattern: "[A-Za-z0-9._\\-]{1,64}", title: "1 to 64 letters, digits, dots, hyphens and underscores",
    on: { change: () => session.reportValidity() && change({ session: session.value, page: 0, entry: "" }) },
  });

  function chosen(value) {
    if (value === OTHER) {
      typed.hidden = false;
      typed.focus();
    } else choose(value);
  }

  function show() {
    put(keys,
      BUILT_IN.map(({ token, what }) => h("option", { value: token }, `${token} → ${what}`)),
      h("option", { value: OTHER }, BUILT_IN.length > 0 ? "another token …" : "a token of your keys file …"));
    keys.value = isTyped() ? OTHER : key();
    typed.hidden = !isTyped();
    if (isTyped() && document.activeElement !== typed) typed.value = key();
    if (document.activeElement !== session) session.value = state().session;
  }

  put(root,
    h("label", { for: "key" }, "Key"), keys, typed,
    h("label", { for: "session" }, "Session"), session);
  document.addEventListener("keychosen", show);
  onChange(show);
  show();
}
