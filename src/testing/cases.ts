import {
  type Catalog,
  columnsOfExpression,
  type Metric,
  type MetricTest,
  type Model,
  type SimpleMetric,
  simpleMetricsBelow,
  TEST_CASES,
  type TestCase,
  type TestRow,
} from "../catalog/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { metricUses } from "../policy/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import { movedBy } from "./moments.ts";
import { answerTest, onEmbeddedEngine, runTest } from "./run.ts";

/** A test that says it shows a case, and does not. */
export interface Pretence {
  readonly test: MetricTest;
  readonly testCase: TestCase;
  /** What would show it, in a sentence. */
  readonly why: string;
}

/** The cases that the numbers of a metric can go wrong in. */
export function casesOf(catalog: Catalog, metric: Metric): readonly TestCase[] {
  const isDue: Readonly<Record<TestCase, boolean>> = {
    nulls: [...readColumns(catalog, metric).values()].some((columns) => columns.size > 0),
    refund: summedBelow(catalog, metric).length > 0,
    boundary: timeColumns(catalog, metric).size > 0,
    empty: true,
  };
  return TEST_CASES.filter((one) => isDue[one]);
}

/**
 * Tries each case that the tests of a metric say they show. Rows are changed one thing at a time, and the test has to notice:
 * a value where one was missing, a time that is a moment earlier or later; a refund is a row without which more comes out.
 *
 * @param metric Whose tests pass.
 */
export async function tryCases(catalog: Catalog, metric: Metric): Promise<readonly Pretence[]> {
  return onEmbeddedEngine(async (warehouse) => {
    const found: Pretence[] = [];
    for (const test of catalog.tests.get(metric.name) ?? []) {
      for (const testCase of new Set(test.covers)) {
        const isShown = await shows(catalog, metric, test, testCase, warehouse);
        if (!isShown) found.push({ test, testCase, why: WHY[testCase] });
      }
    }
    return found;
  });
}

const WHY: Readonly<Record<TestCase, string>> = {
  nulls: "none of its rows lacks a value on which the answer depends",
  refund: "none of its rows takes anything off the answer",
  boundary: "none of its rows stands at the border of a period, where a moment earlier or later would tell",
  empty: "it gives rows",
};

async function shows(
  catalog: Catalog,
  metric: Metric,
  test: MetricTest,
  testCase: TestCase,
  warehouse: Warehouse,
): Promise<boolean> {
  const notices = ({ model, n, row }: ChangedRow) =>
    isNoticed(catalog, metric, withRow(test, model, n, row), warehouse);
  switch (testCase) {
    case "empty":
      return [...test.given].every(([name, rows]) => rows.length === 0 || !catalog.models.has(name));
    case "nulls":
      return some(filledRows(catalog, metric, test), notices);
    case "boundary":
      return some(movedRows(catalog, metric, test), async ({ isDay, changes: [later, sooner] }) => {
        const [afterwards, before] = [await notices(later), await notices(sooner)];
        // At a border one of the two stays where it was; who tells both counts by moments. A day is a border by itself.
        return isDay ? afterwards || before : afterwards !== before;
      });
    case "refund": {
      const whole = await totalOf(catalog, metric, test, warehouse);
      const models = new Set(summedBelow(catalog, metric).map(({ model }) => model));
      return some(rowsOf(test, models), async ({ model, n }) => {
        const less = await totalOf(catalog, metric, withRow(test, model, n, null), warehouse);
        return whole !== null && less !== null && less > whole;
      });
    }
  }
}

interface ChangedRow {
  readonly model: string;
  readonly n: number;
  readonly row: TestRow;
}

/** More are not tried: a test is a few rows. */
const MOST_CHANGES = 200;

async function some<T>(changes: readonly T[], holds: (change: T) => Promise<boolean>): Promise<boolean> {
  for (const change of changes.slice(0, MOST_CHANGES)) if (await holds(change)) return true;
  return false;
}

function rowsOf(test: MetricTest, models: ReadonlySet<string>): readonly ChangedRow[] {
  return [...test.given].flatMap(([model, rows]) =>
    models.has(model) ? rows.map((row, n) => ({ model, n, row })) : [],
  );
}

/** Each row that lacks a value which the metric reads, with one in its place. */
function filledRows(catalog: Catalog, metric: Metric, test: MetricTest): readonly ChangedRow[] {
  const read = readColumns(catalog, metric);
  return rowsOf(test, new Set(read.keys())).flatMap(({ model, n, row }) => {
    const lacking = [...(read.get(model) ?? [])].filter((column) => (row.get(column) ?? null) === null);
    return lacking.flatMap((column) =>
      valuesFor(catalog.models.get(model), test.given.get(model) ?? [], column).map((value) => ({
        model,
        n,
        row: new Map(row).set(column, value),
      })),
    );
  });
}

type Value = string | number | boolean;

/** Those of other rows, those that the author lists, and one of the type: some of them count, if any does. */
function valuesFor(model: Model | undefined, rows: readonly TestRow[], column: string): readonly Value[] {
  const others = rows.flatMap((row) => row.get(column) ?? []);
  const listed = [...(model?.dimensions.values() ?? [])].flatMap((dimension) =>
    dimension.kind === "categorical" && columnsOfExpression(dimension.value).includes(column)
      ? (dimension.values ?? [])
      : [],
  );
  return [...new Set([...others, ...listed, ...ANY[model?.columns?.get(column)?.type ?? "unknown"]])];
}

const ANY: Readonly<Record<ScalarType, readonly Value[]>> = {
  string: ["any"],
  int: [7],
  decimal: [7],
  float: [7],
  boolean: [true, false],
  date: ["2026-01-15"],
  timestamp: ["2026-01-15T12:00:00"],
  timestamptz: ["2026-01-15T12:00:00Z"],
  interval: [],
  unknown: [7],
};

interface MovedRow {
  readonly isDay: boolean;
  readonly changes: readonly [later: ChangedRow, sooner: ChangedRow];
}

/** Each row a moment later and earlier: a second, or a day where rows know of no times. */
function movedRows(catalog: Catalog, metric: Metric, test: MetricTest): readonly MovedRow[] {
  const times = timeColumns(catalog, metric);
  return rowsOf(test, new Set(times.keys())).flatMap(({ model, n, row }) =>
    [...(times.get(model) ?? [])].flatMap((column) => {
      const value = row.get(column);
      const isDay = catalog.models.get(model)?.columns?.get(column)?.type === "date";
      if (typeof value !== "string") return [];
      const [later, sooner] = [movedBy(value, 1, isDay), movedBy(value, -1, isDay)];
      if (later === null || sooner === null) return [];
      const at = (moment: string): ChangedRow => ({ model, n, row: new Map(row).set(column, moment) });
      return [{ isDay, changes: [at(later), at(sooner)] }];
    }),
  );
}

/** The test with another row in the place of one; null: with none. */
function withRow(test: MetricTest, model: string, n: number, row: TestRow | null): MetricTest {
  const rows = (test.given.get(model) ?? []).flatMap((same, at) => (at !== n ? [same] : row ? [row] : []));
  return { ...test, given: new Map(test.given).set(model, rows) };
}

async function isNoticed(catalog: Catalog, metric: Metric, test: MetricTest, warehouse: Warehouse): Promise<boolean> {
  const { status } = await runTest(catalog, metric.name, test, warehouse);
  return status === "failed";
}

/** All numbers of the metric in the answer together; null: it cannot be asked. */
async function totalOf(
  catalog: Catalog,
  metric: Metric,
  test: MetricTest,
  warehouse: Warehouse,
): Promise<number | null> {
  const answer = await answerTest(catalog, metric.name, test, warehouse);
  if (!answer) return null;
  // Whichever version it is, a test beside it calls it by its bare name.
  const at = answer.columns.indexOf(metric.id);
  return at < 0 ? null : answer.rows.reduce((sum, row) => sum + Number(row[at] ?? 0), 0);
}

/** By model, what numbers depend on: aggregated values and conditions; where there are none, the time. */
function readColumns(catalog: Catalog, metric: Metric): ReadonlyMap<string, ReadonlySet<string>> {
  const read = new Map<string, Set<string>>();
  for (const { model, columns, purpose } of metricUses(catalog, metric)) {
    if (purpose === "value" || purpose === "filter") {
      read.set(model.name, new Set([...(read.get(model.name) ?? []), ...columns]));
    }
  }
  const isBare = [...read.values()].every((columns) => columns.size === 0);
  return isBare ? timeColumns(catalog, metric) : read;
}

/** By model, the columns that `metric_time` is made of. */
function timeColumns(catalog: Catalog, metric: Metric): ReadonlyMap<string, ReadonlySet<string>> {
  const times = new Map<string, Set<string>>();
  for (const { model, timeDimension } of simpleMetricsBelow(catalog, metric)) {
    const time = timeDimension === null ? undefined : catalog.models.get(model)?.dimensions.get(timeDimension);
    if (time) times.set(model, new Set([...(times.get(model) ?? []), ...columnsOfExpression(time.value)]));
  }
  return times;
}

/** The sums that go into a number with their sign. What a number is divided by tells of no refund. */
function summedBelow(catalog: Catalog, metric: Metric): readonly SimpleMetric[] {
  const below = (name: string): readonly SimpleMetric[] => {
    const input = catalog.metrics.get(name);
    return input ? summedBelow(catalog, input) : [];
  };
  switch (metric.type) {
    case "simple":
      return metric.aggregate.aggregation === "sum" ? [metric] : [];
    case "ratio":
      return below(metric.numerator.metric);
    case "derived":
      return metric.inputs.flatMap((input) => below(input.metric));
    case "cumulative":
      return below(metric.input.metric);
    case "conversion":
      return [];
  }
}
