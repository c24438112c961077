/**
 * What the API costs beside the least that any server of the same answers would: `npm run bench:api [-- --json FILE]`.
 *
 * CPU time of the server for one request, as a ratio: the API and a bare node:http server that says the same, in a
 * process each, asked in turn over kept connections by this one; medians of eleven rounds. The engine answers
 * equal questions from memory, so that HTTP, execution and text are measured, and neither planning (see `bench:plan`)
 * nor DuckDB.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { createSchemas } from "../src/graphql/schemas.ts";
import { wideDefinitions } from "./api-definitions.ts";
import { type Figure, percentile, reportFigures } from "./report.ts";

/** Days by countries of the customers. */
const typed = (rows: number, fields: string): string =>
  `{ orderLines(groupBy: [{ time: METRIC_TIME, grain: DAY }, { dimension: CUSTOMER__COUNTRY }], first: ${rows}) {
    ... on OrderLinesConnection { nodes { ${fields} } } } }`;
const SIX = "key { metricTime { start } customerCountry } revenue grossProfit grossMargin unitsSold";

const QUESTIONS = {
  trivial: "{ __typename }",
  typed: typed(1_000, SIX),
  typedWithId: typed(1_000, `id ${SIX}`),
  large: typed(5_480, SIX),
  opaque: `{ query(input: { metrics: ["revenue", "gross_profit", "gross_margin", "units_sold"], limit: 10000,
    groupBy: [{ name: "metric_time", grain: DAY }, { name: "customer" }] }) { columns { name } rows } }`,
};

const schemaMs = buildWideSchema();
const folder = mkdtempSync(path.join(tmpdir(), "assay-api-bench-"));
const api = await start(["api"]);
const answers = await Promise.all(
  Object.values(QUESTIONS).map(async (query) => [query, JSON.parse(await ask(api, query))] as const),
);
checkAnswers(new Map(answers));
const file = path.join(folder, "answers.json");
writeFileSync(file, JSON.stringify(Object.fromEntries(answers)));
const bare = await start(["bare", file]);

const figures: Figure[] = [
  await compare("1,000 typed rows x 6 fields over JSON.stringify of them", QUESTIONS.typed, 2, 60),
  await compare("the same with ids", QUESTIONS.typedWithId, null, 60),
  await compare("trivial query over a bare POST", QUESTIONS.trivial, 3.3, 600),
  await compare("10,000 opaque rows over JSON.stringify of them", QUESTIONS.opaque, 1.3, 12),
  {
    name: "schema of 30 models x 50 metrics x 60 dimensions",
    value: schemaMs,
    unit: "ms",
    target: 450,
    better: "lower",
  },
  {
    name: "5,480 typed rows, to the last byte",
    value: await timed(api, QUESTIONS.large),
    unit: "ms",
    target: 30,
    better: "lower",
  },
];
for (const { child } of [api, bare]) child.disconnect();
rmSync(folder, { recursive: true });
reportFigures(figures);

/** From a catalog to what answers, in a process that has built none before. */
function buildWideSchema(): number {
  const { catalog } = compileCatalog(
    parseDefinitions(wideDefinitions({ models: 30, metrics: 50, dimensions: 60 })).definitions,
  );
  if (!catalog) throw new Error("The definitions of the bench do not compile.");
  const started = performance.now();
  createSchemas()(catalog);
  return performance.now() - started;
}

interface Side {
  readonly child: ChildProcess;
  readonly port: number;
  readonly agent: Agent;
}

async function start(args: readonly string[]): Promise<Side> {
  const child = fork(path.join(import.meta.dirname, "api-server.ts"), args);
  const [address] = await once(child, "message");
  return { child, port: address.port, agent: new Agent({ keepAlive: true, maxSockets: 8 }) };
}

/** The ratio of the median CPU times. */
async function compare(name: string, query: string, target: number | null, requests: number): Promise<Figure> {
  const times: { readonly api: number; readonly bare: number }[] = [];
  for (let round = 0; round < 14; round++) {
    times.push({ api: await cpuOf(api, query, requests), bare: await cpuOf(bare, query, requests) });
  }
  const [cost, least] = (["api", "bare"] as const).map((side) =>
    percentile(
      times.slice(3).map((time) => time[side]),
      0.5,
    ),
  );
  if (cost === undefined || least === undefined) throw new Error("There are two sides");
  console.log(`      ${name}: ${cost.toFixed(0)} over ${least.toFixed(0)} µs`);
  return { name, value: cost / least, unit: "ratio", target, better: "lower" };
}

/** Microseconds of the server's CPU for one of so many requests, eight at a time. */
async function cpuOf(side: Side, query: string, requests: number): Promise<number> {
  const before = await usage(side);
  let left = requests;
  const askOn = async (): Promise<void> => {
    while (left-- > 0) await ask(side, query);
  };
  await Promise.all(Array.from({ length: 8 }, askOn));
  return ((await usage(side)) - before) / requests;
}

async function usage({ child }: Side): Promise<number> {
  child.send("cpu");
  const [{ user, system }] = await once(child, "message");
  return user + system;
}

/** Median of the wall time of one request at a time, in milliseconds. */
async function timed(side: Side, query: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const started = performance.now();
    await ask(side, query);
    times.push(performance.now() - started);
  }
  return percentile(times.slice(10), 0.5);
}

function ask({ port, agent }: Side, query: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const asked = request({ host: "127.0.0.1", port, agent, method: "POST", path: "/graphql", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    asked.on("error", reject);
    asked.end(JSON.stringify({ query }));
  });
}

/** A question that is refused would be answered very fast. */
function checkAnswers(
  answers: ReadonlyMap<string, { readonly data: Record<string, { nodes?: unknown[]; rows?: unknown[] }> }>,
): void {
  const counts = [...answers.values()].map(
    ({ data }) => Object.values(data).map(({ nodes, rows }) => (nodes ?? rows)?.length)[0],
  );
  const expected = [undefined, 1_000, 1_000, 5_480, 10_000];
  if (JSON.stringify(counts) !== JSON.stringify(expected))
    throw new Error(`The answers have ${counts.join(", ")} rows`);
}
