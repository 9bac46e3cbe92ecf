export function mountFilters(root) {
  root.replaceChildren();
}
