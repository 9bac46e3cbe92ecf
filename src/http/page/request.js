export function mountRequest(root) {
  root.replaceChildren();
}
