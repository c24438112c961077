/**
 * How long a question takes to become SQL, a catalog to load, how long a server stands still while another one takes its
 * place, and what one scan for five metrics saves: `npm run bench:plan [-- --json FILE]`.
 *
 * Planning is the whole of request, policy, plan, optimiser and SQL text, one process, no warehouse: anew, 2,000 times after
 * 500, and as a server does it, which remembers what it planned lately. The first plan of its kind in a process is
 * that of another question. For scale, measured elsewhere on the same kind of question: MetricFlow 10-14 ms, Malloy
 * 3.2-7.3 ms warm.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Catalog } from "../src/catalog/index.ts";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { planQuery } from "../src/engine/index.ts";
import { planAgain } from "../src/engine/remembered-plans.ts";
import { OPERATOR } from "../src/identity/index.ts";
import type { QueryRequest } from "../src/request/index.ts";
import { loadAside } from "../src/server/index.ts";
import { manyDefinitions } from "../tests/support/many-definitions.ts";
import { scansSaved } from "./one-scan.ts";
import { percentile, reportFigures } from "./report.ts";

function load(metrics: number, models: number): { readonly catalog: Catalog; readonly ms: number } {
  const files = manyDefinitions({ metrics, models });
  const started = performance.now();
  const { definitions, diagnostics } = parseDefinitions(files);
  const compiled = compileCatalog(definitions);
  const ms = performance.now() - started;
  if (!compiled.catalog)
    throw new Error(
      `The catalog does not load: ${JSON.stringify([...diagnostics, ...compiled.diagnostics][0]?.message)}`,
    );
  return { catalog: compiled.catalog, ms };
}

/** Milliseconds of 2,000 plans, after 500 that are not counted. */
function timesOf(plan: () => unknown): readonly number[] {
  for (let i = 0; i < 500; i++) plan();
  return Array.from({ length: 2_000 }, () => timeOf(plan));
}

function timeOf(act: () => unknown): number {
  const started = performance.now();
  act();
  return performance.now() - started;
}

/** The longest that the event loop of a server stands still while definitions are read aside and come in, in milliseconds: best of three. */
async function pauseOf(metrics: number, models: number): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-bench-"));
  for (const file of manyDefinitions({ metrics, models })) {
    const where = path.join(folder, file.path);
    mkdirSync(path.dirname(where), { recursive: true });
    writeFileSync(where, file.text);
  }
  const pauses: number[] = [];
  for (let i = 0; i < 3; i++) {
    let [last, longest] = [performance.now(), 0];
    const look = (): void => {
      const now = performance.now();
      [last, longest] = [now, Math.max(longest, now - last)];
    };
    const timer = setInterval(look, 1);
    await loadAside(folder);
    look();
    clearInterval(timer);
    pauses.push(longest);
  }
  rmSync(folder, { recursive: true });
  return Math.min(...pauses);
}

/** Three simple metrics of one model by month and a joined dimension. */
const typical: QueryRequest = {
  metrics: ["facts_1_m0", "facts_1_m1", "facts_1_m2"],
  groupBy: [{ name: "metric_time", grain: "month" }, { name: "customer__region" }],
};

const small = load(1_000, 100);
const anew = timesOf(() => planQuery(small.catalog, "duckdb", typical, OPERATOR));
const again = timesOf(() => planAgain(small.catalog, "duckdb", typical, OPERATOR, {}));

const wide = load(2_000, 200);
const many: QueryRequest = {
  metrics: Array.from({ length: 70 }, (_, i) => `facts_${(i % 7) + 1}_m${Math.floor(i / 7)}`),
  groupBy: [
    { name: "metric_time", grain: "day" },
    { name: "metric_time", grain: "month" },
    { name: "customer__region" },
    { name: "customer__segment" },
    { name: "customer" },
  ],
};
const cold = timeOf(() => planQuery(wide.catalog, "duckdb", many, OPERATOR));
const large = load(10_000, 1_000);
const anewOfMany = timesOf(() => planQuery(large.catalog, "duckdb", typical, OPERATOR));
const pause = await pauseOf(10_000, 1_000);
const saved = await scansSaved();

const QUESTION = "3 metrics x 2 dimensions x 1 join, 1,000 metrics";
const ms = (name: string, value: number, target: number) =>
  ({ name, value, unit: "ms", target, better: "lower" }) as const;

reportFigures([
  ms(`plan ${QUESTION}, remembered, p50 (T5)`, percentile(again, 0.5), 0.1),
  ms("the same, p99 (T5)", percentile(again, 0.99), 1),
  ms(`plan ${QUESTION}, anew, p50 (T5: 1.0)`, percentile(anew, 0.5), 0.3),
  ms("the same, p99 (T5)", percentile(anew, 0.99), 5),
  {
    name: "the same, p50 at 10,000 metrics over 1,000 (T5)",
    value: percentile(anewOfMany, 0.5) / percentile(anew, 0.5),
    unit: "ratio",
    target: 1.5,
    better: "lower",
  },
  ms("plan 70 metrics x 5 dimensions, 2,000 metrics, 200 models, first in the process", cold, 100),
  ms("load 1,000 metrics", small.ms, 1_000),
  ms("load and check 10,000 metrics (T11)", large.ms, 3_000),
  ms("longest pause while 10,000 metrics are read aside and come in (T11)", pause, 20),
  {
    name: "5 metrics of 1M rows on PostgreSQL, five scans over one",
    value: saved,
    unit: "ratio",
    target: 4,
    better: "higher",
  },
]);
