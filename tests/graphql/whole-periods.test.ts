import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureSample } from "../../src/sample/index.ts";
import { readAll } from "../../src/warehouse/index.ts";
import { type Api, startApi, startShop } from "./support.ts";

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

describe("a period that is not all there says so", () => {
  const FISCAL = "{ time: METRIC_TIME, grain: FISCAL_QUARTER }";
  const KEY = "key { metricTime { start end complete } }";

  test("of fiscal quarters the range has days only: the first and the last are cut, in both doors", async () => {
    const range = 'timeRange: { start: "2026-02-10", end: "2026-05-10" }';
    const selection = `nodes { ${KEY} orders } provenance { warnings }`;
    const { nodes, provenance } = await ordersOf(`groupBy: [${FISCAL}], ${range}`, selection);
    const said =
      "timeRange: it cuts the first and the last FISCAL_QUARTER, whose values cover a part of it, while a previous period is whole.";
    expect(provenance.warnings).toEqual([said]);
    const [first, last] = nodes;
    expect([first.key.metricTime, last.key.metricTime]).toEqual([
      { start: "2026-02-02", end: "2026-05-04", complete: false },
      { start: "2026-05-04", end: "2026-08-03", complete: false },
    ]);
    expect([first.orders, last.orders]).toEqual([
      String(await ordersBetween("2026-02-10", "2026-05-04")),
      String(await ordersBetween("2026-05-04", "2026-05-11")),
    ]);
    const { data } =
      await api.ask(`{ query(input: { metrics: ["orders"], groupBy: [{ name: "metric_time", grain: FISCAL_QUARTER }],
      ${range} }) { rows provenance { warnings } } }`);
    expect(data.query.provenance.warnings).toEqual([said]);
    expect(data.query.rows).toEqual(
      nodes.map((row: Row & { key: { metricTime: { start: string } } }) => [row.key.metricTime.start, row.orders]),
    );

    const whole = await ordersOf(
      `groupBy: [${FISCAL}], timeRange: { start: "2026-02-02", end: "2026-05-03" }`,
      selection,
    );
    expect(whole.nodes[0].key.metricTime.complete).toBe(true);
    expect(whole.provenance.warnings).toEqual([]);
  });

  test("a year of months that the range has some of is not complete, the months are", async () => {
    const { nodes, totals } = await ordersOf(
      `groupBy: [{ time: METRIC_TIME, grain: MONTH }], timeRange: { start: "2025-02-10", end: "2025-03-10" }`,
      `nodes { ${KEY} } totals(by: [{ time: METRIC_TIME, grain: YEAR }]) { ${KEY} }`,
    );
    const complete = (rows: { key: { metricTime: { complete: boolean } } }[]) =>
      rows.map(({ key }) => key.metricTime.complete);
    expect([complete(nodes), complete(totals)]).toEqual([[true, true], [false]]);
  });
});

test("a value to date beside a whole period before it says so, in both doors", async () => {
  const today = new Date().toISOString().slice(0, 10);
  const shop = await startShop({
    tables: `insert into shop.orders values (7, 1, 9, 1, 1, 'paid', false, null, '${today}', null)`,
  });
  const month = (calc: string) => `{ orders(groupBy: [{ time: METRIC_TIME, grain: MONTH }]${calc}) {
    ... on OrdersConnection { nodes { orders before: orders(shift: { by: "P1Y" }) } provenance { warnings } } } }`;
  const generic = `{ query(input: { metrics: [{ name: "orders", calc: DELTA }], groupBy: [{ name: "metric_time", grain: MONTH }] }) {
    provenance { warnings } refusal { message } } }`;
  try {
    const said = ["to date: the last MONTH is not over, while its previous value covers the whole period before it."];
    const warningsOf = async (question: string) => {
      const { orders, query } = (await shop.ask(question)).data;
      return (orders ?? query).provenance.warnings;
    };
    expect(await warningsOf(month(""))).toEqual(said);
    expect(await warningsOf(generic)).toEqual(said);
    expect(await warningsOf(generic.replace("calc: DELTA", "calc: VALUE"))).toEqual([]);
    expect(await warningsOf(month(', timeRange: { end: "2026-03-31" }'))).toEqual([]);
  } finally {
    await shop.close();
  }
});

test("the rest of a top holds what having leaves out, and the answer says so", async () => {
  const having = `groupBy: [{ dimension: CUSTOMER__REGION }], top: { n: 1, by: ORDERS, other: true }`;
  const all = await ordersOf(
    "groupBy: [{ dimension: CUSTOMER__REGION }], orderBy: [{ metric: ORDERS, direction: DESC }]",
    "nodes { orders }",
  );
  const [greatest, second] = all.nodes.map((row: Row) => Number(row.orders));
  const selection = "nodes { isOther orders } totals { orders } provenance { warnings }";
  const { nodes, totals, provenance } = await ordersOf(`${having}, having: { orders: { lt: ${greatest} } }`, selection);
  expect(nodes).toEqual([
    { isOther: false, orders: String(second) },
    { isOther: true, orders: String(sum(all.nodes) - second) },
  ]);
  expect(sum(totals)).toBe(sum(nodes));
  const said = expect.stringMatching(/^top.other: the rest holds every group that is not in the top/);
  expect(provenance.warnings).toContainEqual(said);
  expect((await ordersOf(having, selection)).provenance.warnings).not.toContainEqual(said);
});

test("rows are ordered by a comparison of a metric, selected or not, page by page", async () => {
  const region = "groupBy: [{ dimension: CUSTOMER__REGION }]";
  const halves = 'timeRange: { start: "2026-07-01", end: "2026-09-30" }';
  const order = (more: string) => `${region}, ${halves}, orderBy: [{ metric: ORDERS, direction: DESC, ${more} }]`;
  const text = `select customers.region, count(*) filter (ordered_at >= '2026-07-01') n_after, count(*) filter (ordered_at < '2026-07-01') n_before
    from shop.orders left join shop.customers using (customer_id)
    where status <> 'cancelled' and ordered_at >= '2026-04-01' and ordered_at < '2026-10-01' group by 1`;
  const byHand = (await readAll(await api.warehouse.execute({ text, values: [] })))
    .map(([name, now, before]) => ({ name, growth: (Number(now) - Number(before)) / Number(before) }))
    .sort((a, b) => b.growth - a.growth)
    .map(({ name }) => name);
  const selection = "nodes { key { customerRegion } } pageInfo { endCursor }";
  const seen: unknown[] = [];
  for (let after = "", more = true; more; ) {
    const { nodes, pageInfo } = await ordersOf(`${order("calc: DELTA_RATIO")}, first: 2${after}`, selection);
    seen.push(...nodes.map(({ key }: { key: { customerRegion: string } }) => key.customerRegion));
    after = `, after: "${pageInfo.endCursor}"`;
    more = nodes.length > 0;
  }
  expect(seen).toEqual(byHand);
  expect(await ordersOf(`${region}, orderBy: [{ dimension: CUSTOMER__REGION, calc: RANK }]`, selection)).toMatchObject({
    code: "INVALID_REQUEST",
    path: ["orderBy", "0", "calc"],
  });
  expect(await ordersOf(order("calc: DELTA, within: [{ dimension: CUSTOMER__REGION }]"), selection)).toMatchObject({
    path: ["orderBy", "0", "within"],
  });
  const top = await ordersOf(
    `${order("calc: RANK")}, top: { n: 1, by: ORDERS, other: true }`,
    "nodes { isOther orders }",
  );
  expect(top.nodes).toHaveLength(2);
});
