/**
 * What settings do through the real command line, those of PostgreSQL on a real server. That each one reaches its driver
 * is in tests/settings/read.test.ts.
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { inFile } from "../settings/support.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { assay, DEFINITIONS, ended, makeShop, printedUntil, type Shop, start, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

let shop: Shop;
let postgres: string;
beforeAll(async () => {
  shop = await makeShop();
  postgres = await emptyPostgres();
});

const config = (warehouse: string, rest = "") =>
  inFile(`metrics: ${shop.metrics}\nwarehouse: { url: '${shop.warehouse}'${warehouse} }\n${rest}`);
const revenue = ["query", "revenue", "--format", "json"];

/** A folder of one model, the single row of which is what an expression of the engine says. */
function probing(expression: string): string {
  const folder = join(inFile("", "unused"), "..", "probe");
  const model = `model: probe
description: One row that tells of the session.
owner: tests
sql: "SELECT 1 AS id, ${expression} AS value"
primary_key: id
columns: { id: int, value: string }
entities: { probe: primary }
dimensions: { value: }
`;
  return writeDefinitions(folder, { "probe.yaml": model });
}

async function probe(expression: string, settings: string, env: Readonly<Record<string, string>> = {}) {
  const args = ["query", "--by", "probe__value", "--format", "json", "--metrics", probing(expression)];
  return runHere([...args, "--config", inFile(settings)], { env });
}

test("the file in the current folder is read, a flag wins over a variable and a variable over the file", async () => {
  writeFileSync(join(shop.folder, "assay.config.yaml"), "warehouse: { url: duckdb:warehouse.duckdb }\n");
  expect(await assay(revenue, { cwd: shop.folder })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("2625.50"),
  });
  const env = { WAREHOUSE_URL: "duckdb:/nowhere/by-variable.duckdb" };
  const byVariable = await assay(revenue, { cwd: shop.folder, env });
  expect(byVariable).toMatchObject({ code: 3, stderr: expect.stringContaining("by-variable.duckdb") });
  expect(byVariable.stderr).toContain("the environment variable WAREHOUSE_URL");
  const byFlag = await assay([...revenue, "--warehouse", shop.warehouse], { cwd: shop.folder, env });
  expect(byFlag).toMatchObject({ code: 0, stdout: expect.stringContaining("2625.50") });
});

test("the setting metrics names the folder, and a wrong one says where it comes from", async () => {
  expect(await runHere([...revenue, "--config", config("")])).toMatchObject({ code: 0 });
  const wrong = inFile("metrics: nowhere");
  const { code, stderr } = await runHere(["check", "--config", wrong]);
  expect(code).toBe(2);
  expect(stderr).toContain(`There is no folder "${join(wrong, "..", "nowhere")}".`);
  expect(stderr).toContain(`this one comes from ${wrong}:1:10`);
});

test("assay check tells what is wrong with the settings, with its place", async () => {
  const file = config("", "limits: { max_row: 1 }");
  expect(await runHere(["check", "--config", file])).toMatchObject({
    code: 2,
    stdout: expect.stringContaining(`${file}:3:11  error  definition/unknown-key`),
  });
  const { stdout } = await runHere(["check", "--config", file, "--format", "json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ file, line: 3, column: 11, help: 'did you mean "max_rows"?' }]);
  expect(await runHere(["check", "--config", config("")])).toMatchObject({ code: 0 });
});

test.each([
  ["limits: { max_rows: 2 }", "LIMIT_EXCEEDED"],
  ["limits: { max_bytes: 1 KB }", "LIMIT_EXCEEDED"],
])("%s refuses a larger answer", async (limits, code) => {
  const many = { ...DEFINITIONS, "many.yaml": MANY };
  const metrics = writeDefinitions(join(inFile("", "unused"), "..", "metrics"), many);
  const file = config("", limits);
  const ask = (by: string) =>
    runHere(["query", "--by", by, "--format", "json", "--metrics", metrics, "--config", file]);
  const refused = await ask("many__text");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code } });
  expect(await ask("order__status")).toMatchObject({ code: 0 });
});

const MANY = `model: many
description: A hundred long texts.
owner: tests
sql: "SELECT i AS id, repeat('x', 100) || i AS text FROM range(100) AS r(i)"
primary_key: id
columns: { id: int, text: string }
entities: { many: primary }
dimensions: { text: }
`;

test("limits.timeout ends a question that takes longer", async () => {
  const slow = `metrics: m\nwarehouse: { url: '${postgres}' }\nlimits: { timeout: 200 ms }`;
  const { code, stdout } = await probe("pg_sleep(30)::text", slow);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "TIMEOUT" } });
});

test.each([
  ["threads: 3", "current_setting('threads')", "3"],
  ["memory_limit: 512 MB", "current_setting('memory_limit')", "488.2 MiB"],
])("warehouse.duckdb: %s is what DuckDB runs with", async (setting, expression, expected) => {
  const { stdout, stderr } = await probe(
    `CAST(${expression} AS VARCHAR)`,
    `warehouse: { url: '${shop.warehouse}', duckdb: { ${setting} } }`,
  );
  expect(stderr).not.toContain("error");
  expect(JSON.parse(stdout)).toMatchObject({ rows: [[expect.stringContaining(expected.slice(0, 3))]] });
});

test("warehouse.statement_timeout is what PostgreSQL runs with, and ends a longer statement", async () => {
  const settings = (timeout: string) => `warehouse: { url: '${postgres}', statement_timeout: ${timeout} }`;
  const { stdout } = await probe("current_setting('statement_timeout')", settings("90 s"));
  expect(JSON.parse(stdout)).toMatchObject({ rows: [["90s"]] });
  expect(await probe("pg_sleep(30)::text", settings("200 ms"))).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"error"'),
  });
});

test("max_connections and max_wait: a question that finds no turn in time is refused as busy", async () => {
  const settings = `warehouse: { url: '${postgres}', max_connections: 1, max_wait: 100 ms }`;
  const child = start([
    "serve",
    "--port",
    "0",
    "--format",
    "json",
    "--metrics",
    probing("pg_sleep(3)::text"),
    "--config",
    inFile(settings),
  ]);
  const outcome = ended(child);
  const { graphql } = JSON.parse(await printedUntil("}\n", child));
  // Equal questions would share a statement.
  const answers = await Promise.all([10, 20].map((limit) => probed(graphql, {}, limit)));
  expect(answers.filter((answer) => answer.includes('"code":"OVERLOADED"'))).toHaveLength(1);
  child.kill("SIGTERM");
  await outcome;
});

async function probed(graphql: string, headers = {}, limit = 10): Promise<string> {
  const input = `{ metrics: [], groupBy: [{ name: "probe__value" }], limit: ${limit} }`;
  const query = `{ query(input: ${input}) { rows refusal { code } } }`;
  const all = { "content-type": "application/json", ...headers };
  const response = await fetch(graphql, { method: "POST", headers: all, body: JSON.stringify({ query }) });
  return response.text();
}

test("consumers may name themselves; a name that is not listed is not taken", async () => {
  const settings = `warehouse: { url: '${postgres}' }\nconsumers: [sheets]`;
  const child = start([
    "serve",
    "--port",
    "0",
    "--format",
    "json",
    "--metrics",
    probing("current_query()"),
    "--config",
    inFile(settings),
  ]);
  const outcome = ended(child);
  const { graphql } = JSON.parse(await printedUntil("}\n", child));
  expect(await probed(graphql, { "Assay-Consumer": "sheets" })).toContain("consumer=sheets ");
  expect(await probed(graphql, { "Assay-Consumer": "others" })).toContain("consumer=graphql ");
  const counts = await (await fetch(new URL("/metrics", graphql))).text();
  expect(counts).toContain('consumer="sheets"');
  child.kill("SIGTERM");
  await outcome;
});

test("a password from the environment or a file, and a CA file, are handed to PostgreSQL", async () => {
  const missing = `warehouse: { url: '${postgres}', password: { env: PW_OF_TEST } }`;
  expect(await probe("'a'", missing)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      '"warehouse.password" comes from the environment variable "PW_OF_TEST", which is not set.',
    ),
  });
  expect(await probe("'a'", missing, { PW_OF_TEST: "any" })).toMatchObject({ code: 0 });
  expect(await probe("'a'", `warehouse: { url: '${postgres}', ca_file: nowhere.pem }`)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"warehouse.ca_file" names the file'),
  });
});

test("server.port, server.host and server.allow_anonymous say where the server listens", async () => {
  const refused = await runHere(["serve", "--config", config("", "server: { host: 0.0.0.0, port: 0 }")]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("error[ANONYMOUS_REFUSED]") });

  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const address = free.address();
  const port = typeof address === "object" && address ? address.port : 0;
  free.close();
  await once(free, "close");
  const file = config("", `server: { host: 0.0.0.0, port: ${port}, allow_anonymous: true }`);
  const child = start(["serve", "--format", "json", "--config", file]);
  const outcome = ended(child);
  expect(JSON.parse(await printedUntil("}\n", child))).toMatchObject({ url: `http://localhost:${port}` });
  child.kill("SIGTERM");
  expect(await outcome).toMatchObject({ code: 0 });
});
