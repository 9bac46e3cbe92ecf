export function mountOverview(root) {
  root.replaceChildren();
}
