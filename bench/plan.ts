/**
 * How long a question takes to become SQL, a catalog to load, and what one scan for five metrics saves:
 * `npm run bench:plan [-- --json FILE]`.
 *
 * Planning is the whole of request, policy, plan, optimiser and SQL text, one process, no warehouse. Warm is the median
 * of 2,000 runs after 500; cold is the first plan of its kind in the process. For scale, measured elsewhere on the
 * same kind of question: MetricFlow 10-14 ms, Malloy 3.2-7.3 ms warm.
 */
import type { Catalog } from "../src/catalog/index.ts";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { planQuery } from "../src/engine/index.ts";
import { OPERATOR } from "../src/identity/index.ts";
import type { QueryRequest } from "../src/request/index.ts";
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

function plan(catalog: Catalog, request: QueryRequest): number {
  const started = performance.now();
  planQuery(catalog, "duckdb", request, OPERATOR);
  return performance.now() - started;
}

/** Three simple metrics of one model by month and a joined dimension. */
const typical: QueryRequest = {
  metrics: ["facts_1_m0", "facts_1_m1", "facts_1_m2"],
  groupBy: [{ name: "metric_time", grain: "month" }, { name: "customer__region" }],
};

const small = load(1_000, 100);
for (let i = 0; i < 500; i++) plan(small.catalog, typical);
const warm = Array.from({ length: 2_000 }, () => plan(small.catalog, typical));

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
const cold = plan(wide.catalog, many);
const large = load(10_000, 1_000);
const saved = await scansSaved();

reportFigures([
  {
    name: "plan 3 metrics x 2 dimensions x 1 join, 1,000 metrics, warm p50",
    value: percentile(warm, 0.5),
    unit: "ms",
    target: 0.3,
    better: "lower",
  },
  { name: "the same, warm p99", value: percentile(warm, 0.99), unit: "ms", target: 5, better: "lower" },
  {
    name: "plan 70 metrics x 5 dimensions, 2,000 metrics, 200 models, cold",
    value: cold,
    unit: "ms",
    target: 100,
    better: "lower",
  },
  { name: "load 1,000 metrics", value: small.ms, unit: "ms", target: 1_000, better: "lower" },
  { name: "load 10,000 metrics", value: large.ms, unit: "ms", target: 3_000, better: "lower" },
  {
    name: "5 metrics of 1M rows on PostgreSQL, five scans over one",
    value: saved,
    unit: "ratio",
    target: 4,
    better: "higher",
  },
]);
