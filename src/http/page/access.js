// Why the control panel cannot be used, and what to do about it.

import { controlAccess, onAccess, refusal, unlock } from "./admin.js";
import { field, form, input } from "./card.js";
import { h, put } from "./dom.js";

/** Shows it in `root`; calls `open` when the control panel can be used, and `close` when it no longer can. */
export function mountAccess(root, open, close) {
  let tried = false;

  function show(access) {
    put(root, access !== "open" && { off, locked, refused }[access]());
    if (access === "open") open();
    else close();
  }

  function locked() {
    const token = input("", { type: "password" });
    const send = () => {
      if (token.value === "") return { ok: false, details: "The token is empty." };
      tried = true;
      unlock(token.value);
    };
    return notice("The control plane is guarded",
      h("p", {}, "The server asks for the token that it was started with (", h("code", {}, "CORTEX_MOCK_ADMIN_TOKEN"), "). It is kept in this tab only."),
      form(send, "Open the control panel", field("Control token", token)),
      tried && h("p", { class: "problem", role: "alert" }, "That is not the token that the server was started with. Try again."));
  }

  onAccess((access) => {
    show(access);
    if (tried && access === "locked") root.querySelector("input").focus();
  });
  // An answer came with the token: who is asked again later has not tried yet.
  document.addEventListener("reached", () => (tried &&= controlAccess() === "locked"));
  show(controlAccess());
}

function off() {
  return notice("The control plane is off",
    h("p", {}, "The server was started with ", h("code", {}, "--no-admin"), ": its journal and controls are not available. Start it without that option, or with ",
      h("code", {}, "CORTEX_MOCK_ADMIN_TOKEN"), " to guard the control plane instead. The audit logs work as usual."));
}

function refused() {
  const here = new URL(location.href);
  here.hostname = "localhost";
  return notice("The control plane does not answer this page",
    h("p", {}, refusal()),
    h("p", {}, "On the machine of the server, this page is at ", h("a", { href: here.href }, here.origin), "."));
}

function notice(title, ...children) {
  return h("section", { class: "card notice-card", "aria-labelledby": "access-title" }, h("h2", { id: "access-title" }, title), children);
}
