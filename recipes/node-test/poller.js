// A small client in place of yours.
import { setTimeout } from "node:timers/promises";

// Every entry up to a minute ago.
export async function readEverything(url, token) {
  // What comes while it reads comes behind a fixed end, and what comes late does where the end lies far enough back.
  const endTime = new Date(Date.now() - 60_000).toISOString();
  const entries = [];
  for (let page = 0, pages = 1; page < pages; page++) {
    const body = await readPage(url, token, { endTime, page, pageSize: 250 });
    entries.push(...body.logs);
    pages = body.totalPages;
  }
  return entries;
}

// One page, asked for again while the server is busy or broken.
async function readPage(url, token, query, tries = 5) {
  const address = `${url}/api/v1/audit-logs?${new URLSearchParams(query)}`;
  for (let left = tries - 1; ; left--) {
    const response = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
    if (response.ok) {
      return response.json();
    }
    if (left === 0 || (response.status !== 429 && response.status < 500)) {
      throw new Error(`${response.status}: ${await response.text()}`);
    }
    await setTimeout(1000 * Number(response.headers.get("Retry-After") ?? 0));
  }
}
