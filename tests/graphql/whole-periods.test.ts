import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureSample } from "../../src/sample/index.ts";
import { readAll } from "../../src/warehouse/index.ts";
import { type Api, startApi } from "./support.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi("metrics", `duckdb:${await ensureSample()}`);
});
afterAll(() => api.close());

const CUT = 'timeRange: { start: "2026-10-10", end: "2026-10-20" }';

async function ordersOf(args: string, selection: string) {
  const { data, errors } = await api.ask(`{ orders(${args}) {
    ... on OrdersConnection { ${selection} } ... on QueryRefused { code message path } } }`);
  expect(errors).toBeUndefined();
  return data.orders;
}

/** Orders that count, from one day to before another. */
async function ordersBetween(start: string, end: string): Promise<number> {
  const text = `select count(*) from shop.orders where status <> 'cancelled' and ordered_at >= '${start}' and ordered_at < '${end}'`;
  const rows = await readAll(await api.warehouse.execute({ text, values: [] }));
  return Number(rows[0]?.[0]);
}

interface Row {
  readonly orders: string;
  readonly breakdown: readonly Row[];
}

const sum = (rows: readonly Row[]): number => rows.reduce((all, { orders }) => all + Number(orders), 0);

describe("what stands beside rows covers what they cover", () => {
  test("totals of months that a range cuts are over the whole months, by hand too", async () => {
    const month = await ordersBetween("2026-10-01", "2026-11-01");
    expect(month).toBeGreaterThan(await ordersBetween("2026-10-10", "2026-10-21"));
    const { nodes, totals, byYear } = await ordersOf(
      `groupBy: [{ time: METRIC_TIME, grain: MONTH }], ${CUT}`,
      "nodes { orders } totals { orders } byYear: totals(by: [{ time: METRIC_TIME, grain: YEAR }]) { orders }",
    );
    const whole = [{ orders: String(month) }];
    expect([nodes, totals, byYear]).toEqual([whole, whole, whole]);
    const { data } =
      await api.ask(`{ query(input: { metrics: ["orders"], groupBy: [{ name: "metric_time", grain: MONTH }],
      ${CUT}, totals: [[]] }) { rows totals { rows } } }`);
    expect(data.query).toEqual({ rows: [["2026-10-01", String(month)]], totals: [{ rows: [[String(month)]] }] });
  });

  test("days inside a month that the range cuts are all of its days", async () => {
    const breakdown = "breakdown(groupBy: [{ time: METRIC_TIME, grain: DAY }]) { orders }";
    const { nodes } = await ordersOf(
      `groupBy: [{ time: METRIC_TIME, grain: MONTH }], ${CUT}`,
      `nodes { orders ${breakdown} }`,
    );
    const [october]: Row[] = nodes;
    expect(sum(october?.breakdown ?? [])).toBe(await ordersBetween("2026-10-01", "2026-11-01"));
    expect(october?.breakdown).toHaveLength(31);
  });

  test("months inside a region are cut as the region is, deep down and in the rest of a top too", async () => {
    const months = "breakdown(groupBy: [{ time: METRIC_TIME, grain: MONTH }]) { orders }";
    const status = `breakdown(groupBy: [{ dimension: ORDER__STATUS }], top: { n: 1, by: ORDERS, other: true }) { orders ${months} }`;
    const { nodes, totals }: { nodes: Row[]; totals: Row[] } = await ordersOf(
      `groupBy: [{ dimension: CUSTOMER__REGION }], ${CUT}, top: { n: 2, by: ORDERS, other: true }`,
      `nodes { orders months: ${months} ${status} } totals { orders }`,
    );
    expect(nodes).toHaveLength(3);
    for (const row of nodes) {
      expect(sum((row as Row & { months: Row[] }).months)).toBe(Number(row.orders));
      for (const inner of row.breakdown) expect(sum(inner.breakdown)).toBe(Number(inner.orders));
    }
    const all = await ordersBetween("2026-10-10", "2026-10-21");
    expect([sum(nodes), sum(totals)]).toEqual([all, all]);
  });
});

test("shares of digits are JSON numbers too where numbers are asked for", async () => {
  const { nodes } = await ordersOf(
    `groupBy: [{ time: METRIC_TIME, grain: MONTH }], timeRange: { start: "2026-09-01", end: "2026-10-31" }, numbers: JSON`,
    "nodes { orders share: orders(calc: SHARE_OF_TOTAL) growth: orders(calc: DELTA_RATIO) text: orders(calc: SHARE_OF_TOTAL, numbers: TEXT) }",
  );
  const [september, october] = await Promise.all([
    ordersBetween("2026-09-01", "2026-10-01"),
    ordersBetween("2026-10-01", "2026-11-01"),
  ]);
  expect(nodes[1]).toEqual({
    orders: october,
    share: october / (september + october),
    growth: (october - september) / september,
    text: String(october / (september + october)),
  });
});
