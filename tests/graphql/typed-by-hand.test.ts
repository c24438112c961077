import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureSample } from "../../src/sample/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { samplePostgres } from "../support/postgres.ts";
import { type Api, startApi } from "./support.ts";

/** Revenue of paid orders by month and region, from the raw tables. */
const FACTS = `facts AS (
  SELECT CAST(date_trunc('month', o.ordered_on) AS date) AS month, c.region,
    sum(l.quantity * l.unit_price_usd - l.discount_usd) AS revenue
  FROM shop.order_lines l JOIN shop.orders o ON o.order_id = l.order_id
  LEFT JOIN shop.customers c ON c.customer_id = o.customer_id
  WHERE o.status = 'paid' GROUP BY 1, 2
)`;
const IN_2025 = "month >= DATE '2025-01-01' AND month < DATE '2026-01-01'";
const RANGE = 'timeRange: { start: "2025-01-01", end: "2025-12-31" }';
const BY_BOTH = "{ time: METRIC_TIME, grain: MONTH, fill: true }, { dimension: CUSTOMER__REGION }";

describe.each([
  ["DuckDB", async () => `duckdb:${await ensureSample()}`],
  ["PostgreSQL", samplePostgres],
] as const)("typed fields on %s say what SQL by hand says", (_, urlOf) => {
  let api: Api;
  let warehouse: Warehouse;
  beforeAll(async () => {
    const url = await urlOf();
    api = await startApi("metrics", url);
    warehouse = await openWarehouse(url);
  });
  afterAll(async () => {
    await api.close();
    await warehouse.close();
  });

  async function byHand(sql: string) {
    const rows = await readAll(await warehouse.execute({ text: sql, values: [] }));
    return rows.map((row) => row.map(rounded));
  }

  // oxlint-disable-next-line no-explicit-any
  async function typed(args: string, selection: string): Promise<any> {
    const { data, errors } = await api.ask(
      `{ orderLines(${args}) { ... on OrderLinesConnection { ${selection} } ... on QueryRefused { message path } } }`,
    );
    expect(errors).toBeUndefined();
    return data.orderLines;
  }

  test("revenue by month and region, with the year before, share, rank and running total", async () => {
    const { nodes } = await typed(
      `groupBy: [${BY_BOTH}], ${RANGE}, orderBy: [{ time: METRIC_TIME }, { dimension: CUSTOMER__REGION }]`,
      `nodes { key { metricTime { start } customerRegion } revenue before: revenue(shift: { by: "P1Y" })
        yoy: revenue(shift: { by: "P1Y" }, calc: DELTA_RATIO) share: revenue(calc: SHARE_OF_TOTAL)
        rank: revenue(calc: RANK) running: revenue(calc: RUNNING_TOTAL) }`,
    );
    const expected = await byHand(`WITH ${FACTS}, shown AS (
        SELECT f.month, f.region, f.revenue, b.revenue AS before FROM facts f
        LEFT JOIN facts b ON b.month = f.month - INTERVAL '1 year' AND b.region IS NOT DISTINCT FROM f.region
      )
      SELECT month, region, revenue, before,
        CAST((revenue - before) AS double precision) / CAST(before AS double precision),
        CAST(revenue AS double precision) / (SELECT CAST(sum(revenue) AS double precision) FROM shown WHERE ${IN_2025}),
        rank() OVER (ORDER BY revenue DESC), sum(revenue) OVER (PARTITION BY region ORDER BY month)
      FROM shown WHERE ${IN_2025} ORDER BY 1, 2 NULLS LAST`);
    expect(expected.length).toBeGreaterThan(24);
    expect(nodes.map(cellsOf)).toEqual(expected);
  });

  test("the greatest regions, the others as one, and all of them", async () => {
    const { nodes, totals } = await typed(
      `groupBy: [{ dimension: CUSTOMER__REGION }], ${RANGE}, top: { n: 1, by: REVENUE, other: true }`,
      "nodes { isOther key { customerRegion } revenue } totals { revenue }",
    );
    const regions = await byHand(
      `WITH ${FACTS} SELECT region, sum(revenue) FROM facts WHERE ${IN_2025} GROUP BY 1 ORDER BY 2 DESC NULLS LAST`,
    );
    const [greatest, ...others] = regions;
    const cents = (rows: typeof regions) => rows.reduce((all, row) => all + Math.round(Number(row[1]) * 100), 0);
    expect(nodes.map(cellsOf)).toEqual([
      [false, ...(greatest ?? [])],
      [true, null, cents(others) / 100],
    ]);
    expect(totals.map(cellsOf)).toEqual([[cents(regions) / 100]]);
  });
});

/** Cells of a typed row in the order selected, its key and periods laid open; numbers as numbers. */
function cellsOf(row: object): unknown[] {
  return Object.values(row).flatMap((cell: unknown) =>
    typeof cell === "object" && cell !== null ? cellsOf(cell) : [rounded(cell)],
  );
}

/** Ratios agree to nine digits whichever engine divides; money has fewer. */
function rounded(cell: unknown): unknown {
  const isNumber = typeof cell === "number" || (typeof cell === "string" && /^-?\d+(\.\d+)?$/.test(cell));
  return isNumber ? Number(Number(cell).toPrecision(12)) : cell;
}
