export function mountResults(root) {
  root.replaceChildren();
}
