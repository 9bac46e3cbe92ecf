// Pages as the API has them, counted from 0, and as people count them.

import { h, put } from "./dom.js";
import { iconButton } from "./icons.js";
import { PAGE_SIZES, change, state } from "./state.js";

/** Such as "51–100 of 640 entries". */
export function span({ page, pageSize }, shown, total) {
  const all = `${total.toLocaleString()} ${total === 1 ? "entry" : "entries"}`;
  if (shown === 0) return all;
  const first = page * pageSize + 1;
  return [h("strong", {}, `${first.toLocaleString()}–${(first + shown - 1).toLocaleString()}`), ` of ${all}`];
}

/** `onPage()` is called when somebody goes to another page. */
export function mountPaging(root, { onPage }) {
  let last = 0;
  const to = (name, label, target) => iconButton(name, label, () => go(target()));
  const first = to("first", "First page", () => 0);
  // Beyond the last page, the one before is the last.
  const back = () => Math.min(state().page - 1, last);
  const on = () => state().page + 1;
  const previous = to("previous", "Previous page", back);
  const next = to("next", "Next page", on);
  const end = to("last", "Last page", () => last);
  const where = h("span", { class: "where" });
  const size = h("select", { id: "page-size", on: { change: () => change({ pageSize: Number(size.value) }) } });
  put(root, first, previous, where, next, end, h("label", { for: "page-size", class: "spoken" }, "Entries per page"), size);

  function go(page) {
    if (page < 0 || page > last || root.hidden) return;
    change({ page });
    onPage();
  }

  function show({ page, totalPages }) {
    root.hidden = totalPages === 0;
    last = Math.max(totalPages - 1, 0);
    put(where, h("span", { title: `The API counts pages from 0: page=${page}` }, `Page ${(page + 1).toLocaleString()} of ${Math.max(totalPages, 1).toLocaleString()}`));
    for (const [button, enabled] of [[first, page > 0], [previous, page > 0], [next, page < last], [end, page !== last]]) {
      // A disabled button would lose the focus of whoever has just pressed it.
      if (!enabled && document.activeElement === button) (page > 0 ? previous : next).focus();
      button.disabled = !enabled;
    }
    const { pageSize } = state();
    put(size, [...new Set([...PAGE_SIZES, pageSize])].sort((a, b) => a - b).map((one) => h("option", { value: one }, `${one} per page`)));
    size.value = String(pageSize);
  }

  function clear() {
    root.hidden = true;
  }

  clear();
  /** To the next page, or with -1 to the one before. */
  const step = (by) => go(by > 0 ? on() : back());
  return { show, clear, step };
}
