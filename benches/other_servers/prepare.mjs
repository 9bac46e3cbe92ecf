// Writes the data of the other servers: the same 10,000 entries, or the same page of 250 of them.
// Arguments: the URL of a running mock, a JSON file of the entries, the folder to write to.
import { readFileSync, writeFileSync } from "node:fs";

const [url, entries, folder] = process.argv.slice(2);
const write = (name, value) => writeFileSync(`${folder}/${name}`, value);
const get = async (path) => {
  const response = await fetch(url + path, { headers: { authorization: "Bearer mock-admin" } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.text();
};

// Prism: the OpenAPI document of the mock.
write("openapi.json", await get("/openapi.json"));

// Mockoon: one route with a page as its body.
const page = await get("/api/v1/audit-logs");
const response = {
  uuid: "page", body: page, latency: 0, statusCode: 200, label: "", bodyType: "INLINE", filePath: "",
  headers: [{ key: "Content-Type", value: "application/json" }],
  databucketID: "", sendFileAsBody: false, rules: [], rulesOperator: "OR", disableTemplating: false,
  fallbackTo404: false, default: true, crudKey: "id", callbacks: [],
};
const route = {
  uuid: "audit-logs", type: "http", documentation: "", method: "get", endpoint: "api/v1/audit-logs",
  responses: [response], responseMode: null, streamingMode: null, streamingInterval: 0,
};
const environment = {
  uuid: "audit", lastMigration: 33, name: "audit logs", endpointPrefix: "", latency: 0, port: 3000,
  hostname: "127.0.0.1", folders: [], routes: [route], rootChildren: [{ type: "route", uuid: route.uuid }],
  proxyMode: false, proxyHost: "", proxyRemovePrefix: false, cors: true, headers: [],
  tlsOptions: { enabled: false, type: "CERT", pfxPath: "", certPath: "", keyPath: "", caPath: "", passphrase: "" },
  proxyReqHeaders: [], proxyResHeaders: [], data: [], callbacks: [],
};
write("mockoon.json", JSON.stringify(environment));

// json-server: a collection of all entries, newest first, each with the required id.
const newestFirst = JSON.parse(readFileSync(entries, "utf8")).reverse();
write("db.json", JSON.stringify({ "audit-logs": newestFirst.map((entry, id) => ({ id, ...entry })) }));
write("routes.json", JSON.stringify({ "/api/v1/*": "/$1" }));
