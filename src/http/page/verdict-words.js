// The verdict in words.

import { counted } from "./card.js";

/** What is expected of clients: in words when it is met, and when it is not. */
const EXPECTATIONS = {
  complete: ["Complete", "Incomplete read"],
  "no-duplicates": ["No duplicates", "Duplicates in one crawl"],
  "no-rereads": ["No rereads", "Rereads"],
  "no-gaps": ["No time gaps", "Time gaps"],
  polite: ["Respects rate limits", "Ignores rate limits"],
  delivered: ["Delivered as served", "Delivered otherwise than served"],
  contract: ["Keeps the API contract", "Breaks the API contract"],
};

export function expectationWords(name, isMet) {
  const [met, broken] = EXPECTATIONS[name] ?? [name, name];
  return isMet ? met : broken;
}

/** The whole in a sentence. */
export function sentenceOf(clients) {
  const problems = clients.flatMap(({ findings }) => findings).length;
  if (clients.length === 0) return "No client has sent a request.";
  return problems === 0 ? "No problems found." : `${counted(problems, "problem")} so far`;
}
