// Pages as the API has them, counted from 0, and as people count them.

import { h, put } from "./dom.js";
import { PAGE_SIZES, change, state } from "./state.js";

/** Such as "51–100 of 640 entries". */
export function span({ page, pageSize }, shown, total) {
  const all = `${total.toLocaleString()} ${total === 1 ? "entry" : "entries"}`;
  if (shown === 0) return all;
  const first = page * pageSize + 1;
  return [h("strong", {}, `${first.toLocaleString()}–${(first + shown - 1).toLocaleString()}`), ` of ${all}`];
}

export function mountPaging(root) {
  let last = 0;
  const to = (text, target) => h("button", {
    on: {
      click: () => {
        change({ page: target() });
        // The next page is read from its beginning.
        const list = root.closest(".results");
        if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
      },
    },
  }, text);
  const first = to("First page", () => 0);
  // Beyond the last page, the one before is the last.
  const previous = to("Previous page", () => Math.min(state().page - 1, last));
  const next = to("Next page", () => state().page + 1);
  const end = to("Last page", () => last);
  const where = h("span", { class: "where" });
  const size = h("select", { id: "page-size", on: { change: () => change({ pageSize: Number(size.value) }) } });
  put(root,
    h("div", { class: "row" }, first, previous), where, h("div", { class: "row" }, next, end),
    h("div", { class: "row page-size" }, h("label", { for: "page-size", class: "soft small" }, "Entries per page"), size));

  function show({ page, totalPages }) {
    root.hidden = totalPages === 0;
    last = Math.max(totalPages - 1, 0);
    put(where, h("span", {}, `Page ${(page + 1).toLocaleString()} of ${Math.max(totalPages, 1).toLocaleString()}`),
      h("code", { class: "soft", title: "As the API counts them: from 0" }, `page=${page}`));
    for (const [button, enabled] of [[first, page > 0], [previous, page > 0], [next, page < last], [end, page !== last]]) {
      // A disabled button would lose the focus of whoever has just pressed it.
      if (!enabled && document.activeElement === button) (page > 0 ? previous : next).focus();
      button.disabled = !enabled;
    }
    const { pageSize } = state();
    put(size, [...new Set([...PAGE_SIZES, pageSize])].sort((a, b) => a - b).map((one) => h("option", { value: one }, String(one))));
    size.value = String(pageSize);
  }

  function clear() {
    root.hidden = true;
  }

  clear();
  return { show, clear };
}
