import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Metric } from "../../src/catalog/index.ts";
import { groupBysOf, metricsBelow } from "../../src/catalog/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { explainQuery } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import type { Row } from "../../src/warehouse/index.ts";
import { oddRows, oddShop } from "../support/odd-shop.ts";
import type { Fixture } from "../support/shop.ts";
import { openFixture, rounded } from "../support/shop.ts";

/** Fixed, so that a run that fails fails again; fast-check prints the smallest question that shows it. */
const SEED = 20_240_229;

const catalog = oddShop();
const queryable = [...catalog.metrics.values()].filter((metric) => !metric.isPrivate);

let shop: Fixture;
beforeAll(async () => {
  shop = await openFixture(catalog, oddRows());
});
afterAll(() => shop.close());

/** A question of the contract; arrays are what is chosen from what the metrics have in common. */
interface Asked {
  readonly metrics: readonly (
    | string
    | { readonly name: string; readonly as: string; readonly where: readonly string[] }
  )[];
  readonly groupBy: readonly string[];
  readonly where: readonly string[];
  readonly timeRange?: { readonly start?: string; readonly end?: string };
  readonly orderBy?: readonly { readonly name: string; readonly direction: "asc" | "desc" }[];
  readonly limit?: number;
  readonly offset?: number;
}

const day = fc.constantFrom("2023-12-15", "2024-01-02", "2024-01-31", "2024-02-10", "2024-02-29", "2024-03-31");
const range = fc
  .record({ start: day, end: day }, { requiredKeys: [] })
  .map(({ start, end }) =>
    start && end && start > end ? { start: end, end: start } : { ...(start && { start }), ...(end && { end }) },
  );

const CONDITIONS = [
  ["customer__country", "customer__country = 'DE' or customer__country is null"],
  ["customer__segment", "customer__segment is distinct from 'vip'"],
  ["customer", "customer <> 'c1'"],
  ["customer", "metric('revenue', 'customer') > 30"],
  ["order__status", "order__status <> 'bad'"],
  ["order__status", "order__status is null or order__status = 'ok'"],
  ["visit__channel", "visit__channel = 'ad'"],
  ["metric_time", "metric_time >= '2024-01-03'"],
  ["metric_time", "metric_time__month in ('2024-01-01', '2024-03-01')"],
] as const;

const GRAINS = ["day", "week", "month", "quarter", "year", "sprint"];

function shared(metrics: readonly Metric[]): readonly string[] {
  const [first, ...others] = metrics.map((metric) => groupBysOf(catalog, metric).map((option) => option.name));
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}

function needsTime(metric: Metric): boolean {
  return metricsBelow(catalog, metric).some(
    (below) =>
      (below.type === "cumulative" && (below.window !== null || below.grainToDate !== null)) ||
      (below.type === "derived" && below.inputs.some((input) => input.offsetWindow || input.offsetToGrain)),
  );
}

/** Groups and conditions that all of these metrics know; a time where one of them needs it. */
function questionAbout(metrics: readonly Metric[]): fc.Arbitrary<Asked> {
  const names = shared(metrics);
  const hasTime = names.includes("metric_time");
  const dimensions = names.filter((name) => name !== "metric_time" && !/_at$|^metric_time|balance/.test(name));
  const grains = fc.subarray(GRAINS, { minLength: metrics.some(needsTime) ? 1 : 0, maxLength: 2 });
  return fc
    .record({
      grains: hasTime ? grains : fc.constant<string[]>([]),
      dimensions: fc.subarray(dimensions, { maxLength: 2 }),
      where: fc.subarray(
        CONDITIONS.filter(([name]) => names.includes(name)).map(([, condition]) => condition),
        { maxLength: 2 },
      ),
      timeRange: hasTime ? fc.option(range, { nil: undefined }) : fc.constant(undefined),
    })
    .map((chosen) => ({
      metrics: metrics.map(({ name }) => name),
      groupBy: [...chosen.dimensions, ...chosen.grains.map((grain) => `metric_time__${grain}`)],
      where: chosen.where,
      ...(chosen.timeRange && { timeRange: chosen.timeRange }),
    }));
}

const someMetrics = fc
  .subarray(queryable, { minLength: 1, maxLength: 4 })
  .filter((metrics) => !metrics.some(needsTime) || shared(metrics).includes("metric_time"));

const anyQuestion = someMetrics.chain(questionAbout);

/** The same with all that cuts and orders the answer: conditions on metrics and of one metric alone, order, pages. */
const fullQuestion = anyQuestion.chain((question) => {
  const names = question.metrics.flatMap((metric) => (typeof metric === "string" ? metric : []));
  return fc
    .record(
      {
        having: fc.tuple(fc.constantFrom(...names), fc.constantFrom("> 20", "is null", "<> 0")),
        own: fc.tuple(
          fc.constantFrom(...names),
          fc.constantFrom(...(question.where.length > 0 ? question.where : ["1 = 1"])),
        ),
        orderBy: fc.array(
          fc.record({
            name: fc.constantFrom(...names, ...question.groupBy),
            direction: fc.constantFrom("asc" as const, "desc" as const),
          }),
          { maxLength: 2 },
        ),
        limit: fc.nat(6),
        offset: fc.nat(3),
      },
      { requiredKeys: [] },
    )
    .map(
      ({ having, own, ...page }): Asked => ({
        ...question,
        ...page,
        metrics: [...question.metrics, ...(own ? [{ name: own[0], as: "of_its_own", where: [own[1]] }] : [])],
        where: [...question.where.slice(own ? 1 : 0), ...(having ? [having.join(" ")] : [])],
      }),
    );
});

/** Null for what the planner says it does not do yet, which is no answer to compare. */
async function answer(question: Asked): Promise<readonly Row[] | null> {
  try {
    return rounded(await shop.ask({ ...question }));
  } catch (error) {
    if (error instanceof Refusal && error.code === "NOT_SUPPORTED") return null;
    throw error;
  }
}

describe("whatever is asked", () => {
  test("both engines answer alike with the optimiser on and off", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(fullQuestion, async (question) => {
        // `ask` throws where they differ.
        if (await answer(question)) answered += 1;
      }),
      { seed: SEED, numRuns: 70 },
    );
    expect(answered).toBeGreaterThan(60);
  });

  test("another metric beside it may add rows, and never changes a value", async () => {
    const pairs = someMetrics
      .chain((metrics) => fc.tuple(fc.constant(metrics), fc.constantFrom(...queryable)))
      .filter(([metrics, other]) => !metrics.includes(other))
      .filter(
        ([metrics, other]) =>
          ![...metrics, other].some(needsTime) || shared([...metrics, other]).includes("metric_time"),
      )
      .chain(([metrics, other]) =>
        questionAbout([...metrics, other]).map((both) => ({
          both,
          alone: { ...both, metrics: both.metrics.slice(0, -1) },
        })),
      );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(pairs, async ({ both, alone }) => {
        const [more, less] = [await answer(both), await answer(alone)];
        if (!more || !less) return;
        const width = both.groupBy.length;
        const rows = new Map(more.map((row) => [JSON.stringify(row.slice(0, width)), row]));
        for (const row of less) {
          expect(rows.get(JSON.stringify(row.slice(0, width)))?.slice(0, -1)).toEqual(row);
          compared += 1;
        }
      }),
      { seed: SEED, numRuns: 30 },
    );
    expect(compared).toBeGreaterThan(60);
  });
});

describe("values that add up", () => {
  const additive = ["revenue", "orders", "orders_with_amount", "ok_orders", "ok_revenue", "refunded", "visits", "buys"];
  const metric = fc.constantFrom(
    ...additive.map((name) => catalog.metrics.get(name)).filter((found) => found !== undefined),
  );

  test("a coarser grain is the sum of the finer one", async () => {
    const grains = fc.constantFrom(
      ["day", "week"],
      ["day", "month"],
      ["day", "sprint"],
      ["month", "quarter"],
      ["quarter", "year"],
    );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        metric.chain((one) => fc.tuple(questionAbout([one]), grains)),
        async ([question, [fine, coarse]]) => {
          // A range is widened to the finest grain asked for, so the two would not be about the same days.
          const { timeRange: _, ...unlimited } = question;
          const others = question.groupBy.filter((name) => !name.startsWith("metric_time"));
          const whole = [...others, `metric_time__${coarse}`];
          const parts = await shop.ask({ ...unlimited, groupBy: [...whole, `metric_time__${fine}`] });
          expect(await shop.ask({ ...unlimited, groupBy: whole })).toEqual(sums(parts, whole.length));
          compared += parts.length;
        },
      ),
      { seed: SEED, numRuns: 20 },
    );
    expect(compared).toBeGreaterThan(20);
  });

  test("the groups add up to the total: no row is lost in a join, and none counted twice", async () => {
    await fc.assert(
      fc.asyncProperty(
        metric.chain((one) => questionAbout([one])),
        async (question) => {
          const { timeRange: _, ...unlimited } = question;
          const parts = await shop.ask(unlimited);
          const total = await shop.ask({ ...unlimited, groupBy: [] });
          expect(sums(parts, 0)).toEqual(parts.length > 0 ? total : []);
        },
      ),
      { seed: SEED, numRuns: 20 },
    );
  });
});

test("equal questions give the same SQL, byte for byte, over equal definitions", () => {
  const again = oddShop();
  fc.assert(
    fc.property(fullQuestion, fc.constantFrom("duckdb" as const, "postgres" as const), (question, dialect) => {
      const sqlOver = (which: typeof catalog) => {
        try {
          return explainQuery(which, dialect, parseRequest(question), OPERATOR).statement;
        } catch (error) {
          if (error instanceof Refusal) return error.message;
          throw error;
        }
      };
      expect(sqlOver(again)).toEqual(sqlOver(catalog));
      expect(sqlOver(catalog)).toEqual(sqlOver(catalog));
    }),
    { seed: SEED, numRuns: 40 },
  );
});

/** The last column added up over the first ones, in their order; NULL where there is nothing but NULLs. */
function sums(rows: readonly Row[], width: number): readonly Row[] {
  const groups = new Map<string, { readonly keys: Row; sum: number | null }>();
  for (const row of rows) {
    const keys = row.slice(0, width);
    const group = groups.get(JSON.stringify(keys)) ?? { keys, sum: null };
    groups.set(JSON.stringify(keys), group);
    const value = row.at(-1);
    if (typeof value === "number") group.sum = (group.sum ?? 0) + value;
  }
  return [...groups.values()].map(({ keys, sum }) => [...keys, sum]);
}
