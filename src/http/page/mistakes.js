// What the verdict expects of clients, and what a client does about each mistake that it names.

/** What is expected of a client: in words when it is kept, and when it is not. */
export const EXPECTATIONS = {
  complete: ["Everything was read", "Not everything was read"],
  "no-duplicates": ["Nothing was read twice in one crawl", "Some was read twice in one crawl"],
  "no-rereads": ["Read again as far as is meant", "Read again more than is meant"],
  "no-gaps": ["No gaps in time", "Gaps in time"],
  polite: ["Polite", "Not polite"],
  contract: ["By the contract", "Not by the contract"],
};

export const MISTAKES = {
  "never-read": "Read each query to its last page, and go on to the newest entry.",
  "read-twice": "Ask for each page of a crawl once, or leave out what you have.",
  "read-again": "Begin where the last crawl ended, or say a longer overlap; two that poll need a lock.",
  "moved-under-offset": "Fix endTime before the first page, or begin anew when total changes.",
  "stopped-early": "Read on until page is totalPages − 1.",
  "skipped-page": "Count page up by one from 0.",
  "gave-up-after-429": "Wait as long as Retry-After says, then ask for that page again.",
  "gave-up-after-failure": "Ask for that page again: a failure is not the end.",
  "page-size-changed": "Keep pageSize from the first page to the last.",
  gap: "Begin the next range where the last one ended.",
  "future-range": "Send times in UTC, or with their offset, and end a range before now.",
  "late-arrival-missed": "End ranges further back than entries come late, or overlap them by more than that.",
  "equal-timestamp-lost": "Begin at the newest timestamp again, and leave out what you have.",
  "stopped-polling": "Ask again later: an empty answer is not the end.",
  "retried-too-early": "Wait as long as Retry-After says.",
  "retried-refused": "Mend the request or the key first: what was refused stays so.",
  "ignored-total-pages": "Stop after totalPages, not at an empty page.",
};
