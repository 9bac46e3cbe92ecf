// Stops the server that global-setup.js has started.
const { once } = require("node:events");

module.exports = async () => {
  const server = globalThis.cortexAuditMock;
  server.kill();
  await once(server, "exit");
};
