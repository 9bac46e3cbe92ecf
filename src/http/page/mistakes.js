// The mistakes that the verdict names: what each breaks, and how a client does better.

/** What is expected of a client: in words when it is kept, and when it is not. */
export const EXPECTATIONS = {
  complete: ["Everything was read", "Not everything was read"],
  "no-duplicates": ["Nothing was read twice", "Some was read twice"],
  "no-gaps": ["No gaps in time", "Gaps in time"],
  polite: ["Polite", "Not polite"],
  contract: ["By the contract", "Not by the contract"],
};

export const MISTAKES = {
  "never-read": ["complete", "Read each query to its last page, and go on to the newest entry."],
  "read-twice": ["no-duplicates", "Ask for each page and range once, or leave out what you have."],
  "moved-under-offset": ["no-duplicates", "Fix endTime before the first page, or begin anew when total changes."],
  "stopped-early": ["complete", "Read on until page is totalPages − 1."],
  "skipped-page": ["complete", "Count page up by one from 0."],
  "gave-up-after-429": ["complete", "Wait as long as Retry-After says, then ask for that page again."],
  "gave-up-after-failure": ["complete", "Ask for that page again: a failure is not the end."],
  "page-size-changed": ["complete no-duplicates", "Keep pageSize from the first page to the last."],
  gap: ["no-gaps", "Begin the next range where the last one ended."],
  overlap: ["no-duplicates", "Both ends of a range are inclusive: begin the next a millisecond later."],
  "late-arrival-missed": ["complete no-gaps", "End ranges further back than entries come late, or overlap them by more than that."],
  "equal-timestamp-lost": ["complete", "Begin at the newest timestamp again, and leave out what you have."],
  "stopped-polling": ["complete", "Ask again later: an empty answer is not the end."],
  "retried-too-early": ["polite", "Wait as long as Retry-After says."],
  "retried-refused": ["polite", "Mend the request or the key first: what was refused stays so."],
  "ignored-total-pages": ["polite", "Stop after totalPages, not at an empty page."],
  contract: ["contract"],
};
