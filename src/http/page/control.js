// The control room: what the clients did, and what is done to them.

import { h, put } from "./dom.js";

export function mountControl(root) {
  put(root, h("h1", {}, "Control room"));
}
