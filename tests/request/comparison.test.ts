import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { leavesOf, type MetricsQuery, type QueryRequest, resolveRequest } from "../../src/request/index.ts";
import { certification } from "../support/certification.ts";

const { catalog } = loadCatalog("metrics");
const NOW = new Date("2026-06-15T00:00:00Z");
const MONTH = { name: "metric_time", grain: "month" };
const REGION = { name: "customer__region" };

function resolved(request: QueryRequest, of: Catalog | null = catalog): MetricsQuery {
  if (!of) throw new Error("the sample does not load");
  const query = resolveRequest(of, request, NOW);
  if (query.kind !== "metrics") throw new Error("a question for values");
  return query;
}

function refusalOf(request: QueryRequest, of: Catalog | null = catalog): Pick<Refusal, "code" | "path"> {
  try {
    resolved(request, of);
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, path: error.path };
    throw error;
  }
  throw new Error("nothing was refused");
}

const rangeOf = (query: MetricsQuery, name: string) =>
  query.outputs.filter((output) => output.name === name).flatMap(({ of }) => leavesOf(of))[0]?.range;

describe("without a time among the groups, the range moves", () => {
  const previous = (timeRange: NonNullable<QueryRequest["timeRange"]>, shift = {}) =>
    rangeOf(resolved({ metrics: [{ name: "revenue", calc: "previous", ...shift }], timeRange }), "revenue");

  test.each([
    ["by as many periods as it has", { last: { n: 12, unit: "month" } }, "2024-06-01", "2025-06-01"],
    ["to date: to the same day of the period before", { toDate: "month" }, "2026-05-01", "2026-05-16"],
    [
      "by whole months where it has whole months",
      { start: "2026-03-01", end: "2026-03-31" },
      "2026-02-01",
      "2026-03-01",
    ],
    ["by its days otherwise", { start: "2026-03-10", end: "2026-03-16" }, "2026-03-03", "2026-03-10"],
  ])("%s", (_, timeRange, start, end) => {
    expect(previous(timeRange)).toEqual({ start, end });
  });

  test("to the periods before in the calendar that the range is of, in whole weeks beside weeks", () => {
    const range = { start: "2026-11-02", end: "2026-11-20", before: { start: "2026-09-28", end: "2026-10-16" } };
    expect(previous(range)).toEqual({ start: "2026-09-28", end: "2026-10-17" });
    const byWeek = { ...range, wholeFor: [{ name: "metric_time", grain: "week" }] };
    expect(previous(byWeek)).toEqual({ start: "2026-09-28", end: "2026-10-19" });
    const unknown = { ...range, before: null };
    expect(refusalOf({ metrics: [{ name: "revenue", calc: "previous" }], timeRange: unknown })).toMatchObject({
      code: "INVALID_RANGE",
    });
  });

  test.each([
    ["2026-03-01", "2026-03-28", "P1M", "2026-02-01", "2026-03-01"],
    ["2026-03-01", "2026-03-30", "P1M", "2026-02-01", "2026-03-01"],
    ["2026-05-10", "2026-05-30", "P1M", "2026-04-10", "2026-05-01"],
    ["2026-03-05", "2026-03-15", "P1M", "2026-02-05", "2026-02-16"],
    ["2024-02-10", "2024-02-28", "P1Y", "2023-02-10", "2023-03-01"],
    ["2026-03-31", "2026-03-31", "P1D", "2026-03-30", "2026-03-31"],
  ])("%s to %s back by %s ends on the same day, or the last of a shorter month", (start, end, by, from, until) => {
    expect(previous({ start, end }, { shift: { by } })).toEqual({ start: from, end: until });
  });

  test("a shift of months keeps whole months whole, leap years included", () => {
    const shift = { shift: { by: "P1Y" } };
    expect(previous({ start: "2025-02-01", end: "2025-02-28" }, shift)).toEqual({
      start: "2024-02-01",
      end: "2024-03-01",
    });
  });

  test("what has neither a time nor the end of a range is refused", () => {
    const code = "TIME_GROUP_BY_REQUIRED";
    const metrics = [{ name: "revenue", shift: { by: "P1Y" } }];
    expect(refusalOf({ metrics })).toEqual({ code, path: ["metrics", "0", "shift"] });
    expect(refusalOf({ metrics, timeRange: { start: "2026-01-01" } })).toEqual({
      code,
      path: ["metrics", "0", "shift"],
    });
  });

  test("a condition on the time, which would cut the moved range away, is refused", () => {
    const asked = {
      metrics: [{ name: "orders", shift: { by: "P1Y" } }],
      timeRange: { start: "2026-01-01", end: "2026-03-31" },
    };
    for (const where of ["metric_time__month = '2026-01-01'", "order__ordered_at >= '2026-01-01'"]) {
      expect(refusalOf({ ...asked, where: [where] })).toEqual({
        code: "NOT_SUPPORTED",
        path: ["metrics", "0", "shift"],
      });
    }
    expect(resolved({ ...asked, where: ["customer__region = 'EMEA'"] }).outputs).toHaveLength(1);
  });

  test("periods of a custom calendar need the time among the groups", () => {
    const metrics = [{ name: "revenue", shift: { periods: 1, unit: "fiscal_quarter" } }];
    expect(refusalOf({ metrics, timeRange: { toDate: "month" } }).code).toBe("NOT_SUPPORTED");
    const groupBy = [{ name: "metric_time", grain: "fiscal_quarter" }];
    expect(resolved({ metrics, groupBy }).outputs[0]?.of.kind).toBe("derived");
  });
});

test("two shifts of one metric are two values, each computed once", () => {
  const { outputs } = resolved({
    metrics: [
      "revenue",
      { name: "revenue", as: "last_month", calc: "previous" },
      { name: "revenue", as: "last_year", shift: { by: "P1Y" } },
      { name: "revenue", as: "yoy", shift: { by: "P1Y" }, calc: "delta_ratio" },
    ],
    groupBy: [MONTH],
  });
  expect(outputs.map(({ of }) => of.metric.name)).toEqual([
    "revenue",
    "revenue_1_month_earlier",
    "revenue_1_year_earlier",
    "revenue",
    "revenue_1_year_earlier",
  ]);
});

test("what a share is taken of is computed over the coarser groups, which no column shows", () => {
  const within = [{ name: "metric_time", grain: "year" }];
  const query = resolved({
    metrics: [
      { name: "revenue", calc: "share_of_total" },
      { name: "revenue", as: "of_year", calc: "share_of_total", within },
    ],
    groupBy: [MONTH, REGION],
  });
  expect(query.totals.map(({ keys }) => keys)).toEqual([[], ["metric_time__year"]]);
  expect(query.groupBy.map(({ key }) => key)).toEqual(["metric_time__month", "customer__region"]);
  expect(query.hiddenGroups.map(({ key }) => key)).toEqual(["metric_time__year"]);
});

test.each([
  ["finer than the groups", "day"],
  ["weeks, which lie in no month", "week"],
])("within periods that are %s is refused", (_, grain) => {
  const metrics = [{ name: "revenue", calc: "rank" as const, within: [{ name: "metric_time", grain }] }];
  expect(refusalOf({ metrics, groupBy: [MONTH] })).toEqual({
    code: "INVALID_REQUEST",
    path: ["metrics", "0", "within", "0"],
  });
});

test("weeks are not summed into months that they straddle", () => {
  const metrics = [{ name: "revenue", calc: "rank" as const, within: [MONTH] }];
  expect(refusalOf({ metrics, groupBy: [{ name: "metric_time", grain: "week" }] }).code).toBe("INVALID_REQUEST");
});

test("a running total is refused for values that do not add up, and without a time", () => {
  const running = (name: string) => [{ name, calc: "running_total" as const }];
  expect(refusalOf({ metrics: running("average_order_value"), groupBy: [MONTH] }).code).toBe("NOT_SUPPORTED");
  expect(refusalOf({ metrics: running("revenue"), groupBy: [REGION] }).code).toBe("TIME_GROUP_BY_REQUIRED");
});

test("only what is certified with all its inputs is answered where that is required", () => {
  if (!catalog) throw new Error("the sample does not load");
  const asked = { metrics: ["average_order_value"], requireCertified: true };
  const certified = (...names: readonly string[]): Catalog => ({
    ...catalog,
    certifications: new Map(names.map((name) => [name, certification("certified")])),
  });
  const refused = { code: "METRIC_NOT_CERTIFIED", path: ["metrics", "0"] };
  expect(refusalOf(asked)).toEqual(refused);
  expect(refusalOf(asked, certified("average_order_value"))).toEqual(refused);
  const all = certified("average_order_value", "revenue", "orders");
  expect(resolved(asked, all).outputs).toHaveLength(1);
});

test.each([
  [{ metrics: [{ name: "revenue", version: 7 }] }, "UNKNOWN_METRIC", "metrics.0.version"],
  [
    { metrics: [{ name: "revenue", shift: { by: "1 year" } }], groupBy: [MONTH] },
    "INVALID_REQUEST",
    "metrics.0.shift.by",
  ],
  [{ metrics: [{ name: "revenue", shift: {} }], groupBy: [MONTH] }, "INVALID_REQUEST", "metrics.0.shift"],
  [{ metrics: [{ name: "revenue", shift: { by: "P0D" } }], groupBy: [MONTH] }, "INVALID_REQUEST", "metrics.0.shift"],
  [{ metrics: ["revenue"], having: ["customer__region = 'EMEA'"] }, "INVALID_FILTER", "having.0"],
  [{ metrics: ["revenue"], top: { n: 3, by: "orders" } }, "ORDER_NOT_QUERIED", "top.by"],
  [{ metrics: ["revenue"], groupBy: [REGION], top: { n: 3, within: ["nothing"] } }, "INVALID_REQUEST", "top.within.0"],
  [{ metrics: ["revenue"], groupBy: [{ ...REGION, fill: true }] }, "INVALID_REQUEST", "groupBy.0.fill"],
  [{ groupBy: [REGION], having: ["revenue > 1"] }, "INVALID_REQUEST", "having"],
])("%j is refused at its place", (request: QueryRequest, code, path) => {
  expect(refusalOf(request)).toEqual({ code, path: path.split(".") });
});
