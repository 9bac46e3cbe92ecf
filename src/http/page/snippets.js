// The request of the view in the words of those who would send it. A request is as `requestOf` makes it; each snippet runs
// as it is. In a token, `$CORTEX_API_KEY` stands for one that is not to be shown.

import { BASE_URL } from "./api.js";

export const FROM_ENVIRONMENT = "$CORTEX_API_KEY";

const tokenOf = ({ headers }) => headers.Authorization.slice("Bearer ".length);

/** Text for a POSIX shell; within single quotes all but the quote itself is as it stands. */
export const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const shellToken = (token) => (token === FROM_ENVIRONMENT ? `"${FROM_ENVIRONMENT}"` : quoted(token));
/** A string literal that JavaScript, Python and JSON understand alike: what is not ASCII as `\uXXXX`. */
const literal = (text) => JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function curl(request) {
  const token = tokenOf(request);
  const header = token === FROM_ENVIRONMENT ? `"Authorization: Bearer ${FROM_ENVIRONMENT}"` : quoted(`Authorization: Bearer ${token}`);
  return `curl -s -H ${header} \\\n  ${quoted(request.url)}`;
}

function python(request) {
  const token = tokenOf(request);
  const value = token === FROM_ENVIRONMENT ? 'os.environ["CORTEX_API_KEY"]' : literal(token);
  return [
    ...(token === FROM_ENVIRONMENT ? ["import os", ""] : []),
    "import requests", "",
    "response = requests.get(",
    `    ${literal(`${BASE_URL}/api/v1/audit-logs`)},`,
    `    headers={"Authorization": "Bearer " + ${value}},`,
    "    params=[",
    ...request.parameters.map(([name, value]) => `        (${literal(name)}, ${literal(value)}),`),
    "    ],",
    "    timeout=30,",
    ")",
    "response.raise_for_status()",
    'for entry in response.json()["logs"]:',
    '    print(entry["timestamp"], entry["action"], entry["objectType"], entry["objectIdentifier"])',
  ].join("\n");
}

function javascript(request) {
  const token = tokenOf(request);
  const value = token === FROM_ENVIRONMENT ? "process.env.CORTEX_API_KEY" : literal(token);
  return [
    "const query = new URLSearchParams([",
    ...request.parameters.map(([name, value]) => `  [${literal(name)}, ${literal(value)}],`),
    "]);",
    `const response = await fetch(\`${BASE_URL}/api/v1/audit-logs?\${query}\`, {`,
    `  headers: { Authorization: "Bearer " + ${value} },`,
    "});",
    'if (!response.ok) throw new Error(response.status + " " + (await response.text()));',
    "const { logs, total, totalPages } = await response.json();",
    "console.log(logs, total, totalPages);",
  ].join("\n");
}

/** A string literal of Rust, which writes what is not ASCII as `\u{XXXX}`, and a whole character at a time. */
const rustLiteral = (text) => `"${[...text].map((c) => (/[ !#-[\]-~]/.test(c) ? c : `\\u{${c.codePointAt(0).toString(16)}}`)).join("")}"`;

function rust(request) {
  const token = tokenOf(request);
  const value = token === FROM_ENVIRONMENT ? 'std::env::var("CORTEX_API_KEY")?' : rustLiteral(token);
  return [
    "// reqwest = { version = \"0.13\", features = [\"json\", \"query\"] }, serde_json, tokio",
    "#[tokio::main]",
    "async fn main() -> Result<(), Box<dyn std::error::Error>> {",
    "    let page: serde_json::Value = reqwest::Client::new()",
    `        .get(${rustLiteral(`${BASE_URL}/api/v1/audit-logs`)})`,
    `        .bearer_auth(${value})`,
    "        .query(&[",
    ...request.parameters.map(([name, value]) => `            (${rustLiteral(name)}, ${rustLiteral(value)}),`),
    "        ])",
    "        .send()",
    "        .await?",
    "        .error_for_status()?",
    "        .json()",
    "        .await?;",
    '    println!("{page:#}");',
    "    Ok(())",
    "}",
  ].join("\n");
}

const FLAGS = { startTime: "--start-time", endTime: "--end-time", pageSize: "--page-size" };

/** Cortex's own client takes UTC to the second and without an offset, and joins the values of a list by itself. */
function client(request) {
  const flags = request.parameters.map(([name, value]) => {
    const instant = name === "startTime" || name === "endTime";
    const date = instant ? new Date(value) : null;
    const taken = date && !Number.isNaN(date.getTime()) ? date.toISOString().slice(0, 19) : value;
    return `${FLAGS[name] ?? `--${name}`} ${quoted(taken)}`;
  });
  const environment = `CORTEX_BASE_URL=${quoted(BASE_URL)} CORTEX_API_KEY=${shellToken(tokenOf(request))}`;
  return `# pip install cortexapps-cli\n${environment} \\\n  cortex audit-logs get ${flags.join(" ")}`;
}

export const SNIPPETS = [
  { name: "curl", of: curl },
  { name: "Python", of: python },
  { name: "JavaScript", of: javascript },
  { name: "Rust", of: rust },
  { name: "Cortex CLI", of: client },
];
