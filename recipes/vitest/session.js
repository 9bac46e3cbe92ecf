// The world of one test: its entries, clock, faults, journal and verdict are seen by no other test. It needs no setting
// up; the token names it.
import { randomUUID } from "node:crypto";
import { inject, test as base } from "vitest";

class Session {
  url = inject("serverUrl");
  name = randomUUID();
  token = `mock-admin~${this.name}`;

  // A call of the control plane, about this session.
  async admin(method, path, body) {
    const url = new URL(`/__admin${path}`, this.url);
    url.searchParams.set("session", this.name);
    const response = await fetch(url, { method, body: body && JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(answer.details);
    }
    return answer;
  }

  // Fails, with the reasons, unless the client has kept them.
  async expect(...expectations) {
    await this.admin("GET", `/verdict?expect=${expectations}`);
  }
}

// `test` of Vitest, with a session for each test that asks for `cortex`; concurrent ones too.
export const test = base.extend({
  cortex: async ({}, use) => {
    const session = new Session();
    await use(session);
    await session.admin("DELETE", `/sessions/${session.name}`);
  },
});
