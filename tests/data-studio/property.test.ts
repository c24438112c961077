import * as fc from "fast-check";
import { expect, test } from "vitest";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { compareText } from "../../src/std/index.ts";
import { CHANNELS } from "./definitions.ts";
import { ANALYST, type Chart, type ChartFilter, rowsOf, useShops, valuesOf } from "./fixture.ts";

const shops = useShops();

/** Fixed, so that a run that fails fails again; fast-check prints the smallest chart that shows it. */
const SEED = 20_261_121;
const RUNS = 60;

const GROUPS = [
  "order__region",
  "order__channel",
  "order__priority",
  "order__is_gift",
  "order__discount",
  "customer__segment",
  "order__shipped_on__month",
  "metric_time__month",
  "metric_time__week",
  "metric_time__day",
  "metric_time__extract_dow",
  "metric_time__fiscal_quarter",
];

const text = fc.oneof(
  fc.constantFrom(...CHANNELS.flatMap((channel) => channel ?? [])),
  fc.string({ maxLength: 6 }).filter((value) => !value.includes("\0")),
);
const number = fc.constantFrom("0", "1", "2.5", "4", "-3", "0.13");
const day = fc.constantFrom("20260131", "2026-03-08", "20260331", "2026-12-29", "20270103");
const twoOf = (value: fc.Arbitrary<string>) => fc.tuple(value, value);
const some = (value: fc.Arbitrary<string>) => fc.array(value, { minLength: 1, maxLength: 4 });

/** Any filter that can be applied. */
const filter: fc.Arbitrary<ChartFilter> = fc.oneof(
  fc.tuple(fc.constantFrom(...GROUPS), fc.constant("IS_NULL" as const), fc.constant([]), side()),
  fc.tuple(
    fc.constantFrom("order__region", "order__channel", "customer__segment"),
    fc.constant("IN_LIST" as const),
    some(text),
    side(),
  ),
  fc.tuple(
    fc.constantFrom("order__channel"),
    fc.constantFrom("EQUALS" as const, "CONTAINS" as const),
    text.map((one) => [one]),
    side(),
  ),
  fc.tuple(
    fc.constant("order__channel"),
    fc.constantFrom("REGEXP_PARTIAL_MATCH" as const, "REGEXP_EXACT_MATCH" as const),
    fc.constantFrom(["a.b"], ["^w"], ["[0-9]+%?"]),
    side(),
  ),
  fc.tuple(
    fc.constantFrom("order__priority", "order__discount"),
    fc.constantFrom("NUMERIC_GREATER_THAN" as const, "NUMERIC_LESS_THAN_OR_EQUAL" as const, "EQUALS" as const),
    number.map((one) => [one]),
    side(),
  ),
  fc.tuple(
    fc.constantFrom("order__priority", "order__discount"),
    fc.constant("BETWEEN" as const),
    twoOf(number),
    side(),
  ),
  fc.tuple(
    fc.constantFrom("metric_time__day", "order__shipped_on__day", "metric_time__month", "metric_time__week"),
    fc.constant("BETWEEN" as const),
    twoOf(day.map((one) => one.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"))),
    side(),
  ),
  fc.tuple(
    fc.constant("metric_time__extract_dow"),
    fc.constant("NUMERIC_GREATER_THAN_OR_EQUAL" as const),
    fc.constantFrom(["0"], ["3"], ["6"]),
    side(),
  ),
  fc.tuple(fc.constant("order__is_gift"), fc.constant("EQUALS" as const), fc.constantFrom(["true"], ["false"]), side()),
);

function side(): fc.Arbitrary<"INCLUDE" | "EXCLUDE"> {
  return fc.constantFrom("INCLUDE", "EXCLUDE");
}

const filters = fc.array(fc.array(filter, { minLength: 1, maxLength: 3 }), { maxLength: 3 });
const range = fc.option(
  fc.constantFrom(
    ["2026-02-15", "2026-03-14"] as const,
    ["2025-12-31", "2026-12-31"] as const,
    ["2026-12-28", "2027-01-03"] as const,
  ),
  { nil: undefined },
);

const ADDITIVE = ["revenue", "cost", "orders", "gifts"];

async function numbersOf(chart: Chart): Promise<readonly (readonly number[])[]> {
  const rows = await rowsOf(shops, chart);
  return rows.map((row) => row.slice(-ADDITIVE.length).map((cell) => (cell === "␀" ? 0 : Number(cell))));
}

/** To the cent: texts were made numbers on the way. */
function sumOf(rows: readonly (readonly number[])[]): readonly number[] {
  return ADDITIVE.map((_, i) => Math.round(rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) * 100) / 100);
}

test("rows of what adds up add up to the scorecard, however they are grouped, filtered and cut", async () => {
  const anyChart = fc.record({ groups: fc.subarray(GROUPS, { minLength: 1, maxLength: 3 }), filters, range });
  let [withRows, empty] = [0, 0];
  await fc.assert(
    fc.asyncProperty(anyChart, async ({ groups, range: asked, ...rest }) => {
      const more = { ...rest, ...(asked && { range: asked }) };
      const rows = await numbersOf({ ...more, fields: [...groups, ...ADDITIVE] });
      const card = await numbersOf({ ...more, fields: ADDITIVE });
      expect(card).toHaveLength(1);
      expect(sumOf(rows)).toEqual(sumOf(card));
      if (rows.length > 0) withRows++;
      else empty++;
      // Each combination once, and the same ones without a metric.
      const tuples = await rowsOf(shops, { ...more, fields: groups });
      expect(new Set(tuples.map((tuple) => JSON.stringify(tuple))).size).toBe(tuples.length);
      expect(tuples).toHaveLength(rows.length);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(withRows).toBeGreaterThan(RUNS / 3);
  expect(empty).toBeLessThan(RUNS / 2);
}, 300_000);

test("every value that a chart shows can be filtered by, and finds its own row", async () => {
  const [engine] = shops.engines;
  const fields = engine ? schemaFor(engine.catalogFor(ANALYST), ANALYST, { model: "orders" }).fields : [];
  const groups = fields.filter(({ semantics }) => semantics.conceptType === "DIMENSION").map(({ name }) => name);
  expect(groups.length).toBeGreaterThan(30);
  for (const group of groups) {
    const rows = await shops.both(async (one) => {
      const values = await valuesOf(one, { fields: [group, "orders"] });
      return values.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
    });
    expect(rows.length, group).toBeGreaterThan(0);
    for (const [value = null, orders] of [...rows.slice(0, 2), ...rows.slice(-2)]) {
      const filters: Chart["filters"] = [[value === null ? [group, "IS_NULL"] : [group, "EQUALS", [String(value)]]]];
      const found = await shops.both((one) => valuesOf(one, { fields: [group, "orders"], filters }));
      expect(found, group).toEqual([[value, orders]]);
    }
  }
}, 300_000);

test("what a filter includes and what it excludes are every row once", async () => {
  const all = sumOf(await numbersOf({ fields: ADDITIVE }));
  let both = 0;
  await fc.assert(
    fc.asyncProperty(filter, async ([field, operator, values]) => {
      const [included = [], excluded = []] = await Promise.all(
        (["INCLUDE", "EXCLUDE"] as const).map(async (type) =>
          numbersOf({ fields: ADDITIVE, filters: [[[field, operator, values ?? [], type]]] }),
        ),
      );
      expect(sumOf([...included, ...excluded])).toEqual(all);
      if (sumOf(included)[2] !== 0 && sumOf(excluded)[2] !== 0) both++;
    }),
    { seed: SEED, numRuns: RUNS * 2 },
  );
  expect(both).toBeGreaterThan(RUNS / 2);
}, 300_000);
