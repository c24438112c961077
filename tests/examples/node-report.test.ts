/** The script runs as its README says, against the sample, and prints what SQL by hand says. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { buildSchema, parse, validate } from "graphql";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PAID_LINES, type Sample, startSample, strayVersions } from "./support.ts";

const SCRIPT = "examples/node-report/report.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await startSample();
});
beforeEach(() => {
  sample.api.statements.length = 0;
});
afterAll(() => sample.close());

/** As a shell would run it. @returns its exit code and what it printed */
async function run(...flags: string[]) {
  return runAt(sample.url, ...flags);
}

async function runAt(url: string, ...flags: string[]) {
  const env = { ...process.env, ASSAY_URL: url };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [SCRIPT, ...flags], { env })) };
  } catch (error) {
    if (error instanceof Error && "code" in error && "stderr" in error && "stdout" in error) {
      return { code: error.code, stdout: String(error.stdout), stderr: String(error.stderr) };
    }
    throw error;
  }
}

const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat("en", { style: "percent", signDisplay: "always", maximumFractionDigits: 1 });

/** Months of 2026 that are asked for, with the same months of the year before, and all together. */
async function byHand(region: string | null, months: number) {
  const kept = region === null ? "true" : `region = '${region}'`;
  const rows = await sample.sql(`with ${PAID_LINES},
    months as (select i from range(1, ${months + 1}) t(i)),
    sums as (select year(moment) as y, month(moment) as i, sum(sales) as revenue from paid where ${kept} group by 1, 2),
    pairs as (select i, (select revenue from sums where y = 2026 and sums.i = months.i) as revenue,
      (select revenue from sums where y = 2025 and sums.i = months.i) as before from months)
    select '2026-' || lpad(i::text, 2, '0'), revenue, before from pairs
    union all select 'Total', sum(revenue), sum(before) from pairs order by 1`);
  return rows.map(([month, revenue, before]) => [
    month,
    money.format(Number(revenue)),
    money.format(Number(before)),
    percent.format(Number(revenue) / Number(before) - 1),
  ]);
}

const cellsOf = (line: string) => line.trim().split(/ {2,}/);

test("it prints each month, the year before, the change and the warehouse's total, over several pages", async () => {
  const { code, stdout, stderr } = await run("--from", "2026-01-01", "--to", "2026-09-30");
  expect([code, stderr]).toEqual([0, ""]);
  const [heads = "", ...lines] = stdout.trimEnd().split("\n");
  expect(cellsOf(heads)).toEqual(["Month", "Revenue", "Year before", "Change"]);
  expect(lines).toHaveLength(10);
  expect(lines.map(cellsOf)).toEqual(await byHand(null, 9));
  // Nine months are two pages of six, and each page is one statement with its total.
  expect(sample.api.statements).toHaveLength(2);
  expect(new Set([heads, ...lines].map((line) => line.length)).size).toBe(1);
});

test("a region is a filter of its own type, and one that does not exist is told of", async () => {
  const { stdout } = await run("--from", "2026-01-01", "--to", "2026-03-31", "--region", "EMEA");
  expect(stdout.trimEnd().split("\n").slice(1).map(cellsOf)).toEqual(await byHand("EMEA", 3));
  const unknown = await run("--region", "MARS");
  expect(unknown.code).toBe(1);
  expect(unknown.stdout).toBe("");
  expect(unknown.stderr).toContain("CustomersRegion");
});

test("an answer that takes longer than somebody waits is followed by its id", async () => {
  const asked: string[] = [];
  // The first question does not wait at all; what follows goes on as it is.
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const isFirst = asked.push(JSON.parse(body).query) === 1;
    const answer = await fetch(sample.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: isFirst ? body.replace("orderLines(", "orderLines(waitMs: 0, ") : body,
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  };
  const between = createServer((request, response) => {
    passOn(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  between.listen(0, "127.0.0.1");
  await once(between, "listening");
  const address = between.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { code, stdout } = await runAt(`http://127.0.0.1:${port}`, "--from", "2026-01-01", "--to", "2026-03-31");
  between.close();
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n").slice(1).map(cellsOf)).toEqual(await byHand(null, 3));
  const kinds = asked.map((query) => /query (\w+)/.exec(query)?.[1]);
  expect([kinds[0], kinds[1], kinds.at(-1)]).toEqual(["Report", "Progress", "Report"]);
  // What it waited for is what it got: nothing was asked of the warehouse twice.
  expect(sample.api.statements).toHaveLength(1);
});

test("a refusal is printed with its code, and nothing else", async () => {
  const { code, stdout, stderr } = await run("--from", "2026-03-01", "--to", "2026-01-01");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^INVALID_RANGE: .+\n$/);
});

test("it is strictly typed, and its questions are ones that the schema answers", async () => {
  const { stdout } = await promisify(execFile)(resolve("node_modules/.bin/tsc"), ["--noEmit", "-p", dirname(SCRIPT)]);
  expect(stdout).toBe("");
  const documents = [...readFileSync(SCRIPT, "utf8").matchAll(/gql`([^`]*)`/g)].map(([, text = ""]) => parse(text));
  expect(documents).toHaveLength(2);
  const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));
  for (const document of documents) expect(validate(schema, document)).toEqual([]);
});

test("its README names the commands that there are, and its packages are the ones tried here", () => {
  const readme = readFileSync("examples/node-report/README.md", "utf8");
  expect(readme.match(/^npm .*$/gm)).toEqual(["npm install", "npm start -- --from 2026-01-01 --to 2026-06-30"]);
  expect(JSON.parse(readFileSync("examples/node-report/package.json", "utf8")).scripts.start).toBe("node report.ts");
  expect(existsSync(SCRIPT)).toBe(true);
  expect(strayVersions("node-report")).toEqual([]);
});
