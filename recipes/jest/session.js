// The world of one test: its entries, clock, faults, journal and verdict are seen by no other test. It needs no setting
// up; the token names it.
const { randomUUID } = require("node:crypto");

class Session {
  url = process.env.CORTEX_BASE_URL;
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

module.exports = { Session };
