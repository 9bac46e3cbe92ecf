// The mistakes that the verdict names: what each breaks, and how a client does better.

const COMPLETE = "complete";
const NO_DUPLICATES = "no-duplicates";
const NO_GAPS = "no-gaps";
const POLITE = "polite";
const CONTRACT = "contract";

/** What is expected of a client, and how it is said when it is kept and when it is not. */
export const EXPECTATIONS = [
  [COMPLETE, "Everything was read", "Not everything was read"],
  [NO_DUPLICATES, "Nothing was read twice", "Some was read twice"],
  [NO_GAPS, "No gaps in time", "Gaps in time"],
  [POLITE, "Polite", "Not polite"],
  [CONTRACT, "By the contract", "Not by the contract"],
];

export const MISTAKES = {
  "never-read": [[COMPLETE], "Read each query to its last page, and go on to the newest entry."],
  "read-twice": [[NO_DUPLICATES], "Ask for each page and each range once, and leave out what you already have."],
  "moved-under-offset": [[NO_DUPLICATES], "Fix endTime before the first page, or begin anew when total changes."],
  "stopped-early": [[COMPLETE], "Read on until page is totalPages − 1."],
  "skipped-page": [[COMPLETE], "Count page up by one from 0, and leave none out."],
  "gave-up-after-429": [[COMPLETE], "Wait as long as Retry-After says, then ask for the same page again."],
  "gave-up-after-failure": [[COMPLETE], "Ask for the same page again: a failure is not the end."],
  "page-size-changed": [[COMPLETE, NO_DUPLICATES], "Keep pageSize the same from the first page to the last."],
  gap: [[NO_GAPS], "Begin the next range where the last one ended."],
  overlap: [[NO_DUPLICATES], "Both ends of a range are inclusive: begin the next a millisecond later, or overlap on purpose and leave out what you have."],
  "late-arrival-missed": [[COMPLETE, NO_GAPS], "End ranges further back than entries come late, or overlap them by more than that."],
  "equal-timestamp-lost": [[COMPLETE], "Begin at the newest timestamp again, not behind it, and leave out what you have."],
  "stopped-polling": [[COMPLETE], "Ask again later: an empty answer is not the end of everything."],
  "retried-too-early": [[POLITE], "Wait as long as Retry-After says."],
  "retried-refused": [[POLITE], "Mend the request or the key first: a 400, 401, 403, 404 or 405 stays one."],
  "ignored-total-pages": [[POLITE], "Stop after totalPages instead of asking until a page is empty."],
  contract: [[CONTRACT], "Send what the contract has; the journal shows the request."],
};
