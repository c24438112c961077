/** Arguments of typed fields are data: read literally whatever they hold, and bounded before anything is made of them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "./support.ts";

const NOTES = ["{{ x }}", "{% if %}", "{{{", 'it\'s {{ "{" }}', "\\{{", "{{ Dimension('order__status') }}"];
let shop: Api;
beforeAll(async () => {
  const rows = NOTES.map(
    (note, i) => `(${100 + i}, 1, 1, 1, 1, 'paid', false, '${note.replaceAll("'", "''")}', date '2026-01-01', null)`,
  );
  shop = await startShop({ tables: `insert into shop.orders values ${rows.join(", ")};` });
});
afterAll(() => shop.close());

const CONNECTION =
  "... on OrdersConnection { totals { orders } nodes { key { orderNote } } } ... on QueryRefused { code path message }";

test("values that look like templates are found by each operator, and NUL is refused", async () => {
  const found = async (condition: object) => {
    const { data } = await shop.ask(
      `query ($w: OrdersFilter!) { orders(groupBy: [{ dimension: ORDER__NOTE }], where: $w) { ${CONNECTION} } }`,
      { w: { orderNote: condition } },
    );
    return (
      data.orders.nodes?.map((row: { key: { orderNote: string } }) => row.key.orderNote).sort() ?? data.orders.code
    );
  };
  for (const note of NOTES) {
    expect(await found({ eq: note })).toEqual([note]);
    expect(await found({ in: [note] })).toEqual([note]);
    expect(await found({ contains: note })).toContain(note);
    expect(await found({ startsWith: note.slice(0, 2) })).toContain(note);
    expect(await found({ notIn: [note] })).not.toContain(note);
  }
  expect(await found({ eq: "a\0b" })).toBe("INVALID_FILTER");
});

test("lists in arguments are bounded before they are read", async () => {
  const refusal = async (args: string, type: string, value: unknown) => {
    const { data, errors } = await shop.ask(
      `query ($v: ${type}) { orders(${args}) { ${CONNECTION.replace("nodes { key { orderNote } }", "")} } }`,
      { v: value },
    );
    return data?.orders.code ? [data.orders.code, data.orders.path.join(".")] : (errors ?? "answered");
  };
  const many = (count: number, item: unknown) => Array.from({ length: count }, () => item);
  shop.statements.length = 0;
  const time = { time: "METRIC_TIME", grain: "DAY" };
  expect(await refusal("orderBy: $v", "[OrdersOrder!]", many(21, { metric: "REVENUE" }))).toEqual([
    "LIMIT_EXCEEDED",
    "orderBy",
  ]);
  expect(await refusal("groupBy: $v", "[OrdersGroup!]", many(21, time))).toEqual(["LIMIT_EXCEEDED", "groupBy"]);
  const within = "groupBy: [{ time: METRIC_TIME, grain: DAY }], top: { n: 1, by: REVENUE, within: $v }";
  expect(await refusal(within, "[OrdersGroup!]", many(21, time))).toEqual(["LIMIT_EXCEEDED", "top.within"]);
  const where = (value: unknown) => refusal("where: $v", "OrdersFilter", value);
  expect(await where({ or: many(500, { orderNote: { eq: "a" } }) })).toEqual(["LIMIT_EXCEEDED", "where"]);
  expect(await where({ orderNote: { in: many(1_001, "a") } })).toEqual(["LIMIT_EXCEEDED", "where"]);
  const deep = (levels: number): object => (levels === 0 ? {} : { not: deep(levels - 1) });
  expect(await where(deep(30))).toEqual(["LIMIT_EXCEEDED", "where"]);
  expect(shop.statements).toEqual([]);
  expect(await where({ orderNote: { in: many(1_000, "a") } })).toBe("answered");
  expect(await where(deep(10))).toBe("answered");
  expect(await refusal("orderBy: $v", "[OrdersOrder!]", many(20, { metric: "REVENUE" }))).toBe("answered");
});
