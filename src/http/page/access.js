// Why the control room cannot be used, and what to do about it.

import { controlAccess, onAccess, unlock } from "./admin.js";
import { field, form, input, problem, tell } from "./card.js";
import { h, put, say } from "./dom.js";

/** Shows it in `root`; calls `open` when the control room can be used, and `close` when it no longer can. */
export function mountAccess(root, { open, close }) {
  let tried = false;

  function show(access) {
    root.hidden = access === "open";
    if (access === "open") {
      put(root);
      open();
      return;
    }
    close();
    put(root, { off, locked, refused }[access]());
    root.querySelector("input")?.focus();
  }

  function locked() {
    const wrong = problem();
    const token = input("", { type: "password" });
    if (tried) tell(wrong, "That is not the token that the server was started with. Try again.");
    const send = () => {
      if (token.value === "") return tell(wrong, "Type the token in first.");
      tried = true;
      unlock(token.value);
    };
    return notice("The control plane is guarded",
      h("p", {}, "The server asks for the token that it was started with: ", h("code", {}, "--admin-token"),
        " or ", h("code", {}, "CORTEX_MOCK_ADMIN_TOKEN"), ". It stays in this tab until the tab is closed."),
      form(send, field("Control token", token), h("button", { class: "primary" }, "Open the control room")), wrong);
  }

  onAccess((access) => {
    show(access);
    // It was taken, as far as the page can tell: whoever is asked again later has not tried yet.
    if (access === "open" && tried) say("The control room is open.");
  });
  document.addEventListener("reached", () => controlAccess() === "open" && (tried = false));
  show(controlAccess());
}

function off() {
  return notice("The control plane is off",
    h("p", {}, "The server was started with ", h("code", {}, "--no-admin"), ", so nobody can look at its journal or steer it."),
    h("p", {}, "Start it without that option, or set ", h("code", {}, "--admin-token"),
      " to guard the control plane instead. The audit logs work as ever."));
}

function refused() {
  const here = new URL(location.href);
  here.protocol = "http:";
  here.hostname = "localhost";
  return notice("The control plane does not answer this page",
    h("p", {}, "The page was opened under the name ", h("code", {}, location.hostname),
      ". Without a token the server is steered only from pages under ", h("code", {}, "localhost"),
      " or an address, because anybody can point a name at this machine."),
    h("p", {}, "Open ", h("a", { href: here.href }, here.origin), " if the server runs on this machine, or the page under its address; or start the server with ",
      h("code", {}, "--admin-token"), "."));
}

function notice(title, ...children) {
  return h("section", { class: "card notice-card", "aria-labelledby": "access-title" },
    h("h2", { id: "access-title" }, title), children);
}
