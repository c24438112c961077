import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

async function refused(query: string, variables?: Readonly<Record<string, unknown>>) {
  const { errors } = await shop.ask(query, variables);
  return [errors?.[0]?.extensions?.["code"], errors?.[0]?.message];
}

test("a top and declared values bound what a selection may come to, and the refusal names the list to shorten", async () => {
  const nested = (
    top: string,
    first = "",
  ) => `{ orders(groupBy: [{ dimension: CUSTOMER__REGION }], first: 10000) { ... on OrdersConnection {
    nodes { breakdown(groupBy: [{ dimension: ORDER__NOTE }], first: 5000${top}) { revenue
      breakdown(groupBy: [{ time: METRIC_TIME, grain: MONTH }]${first}) { revenue } } } } } }`;
  expect((await shop.ask(nested(", top: { n: 2, by: REVENUE, other: true }"))).errors).toBeUndefined();
  // 3 regions, NULL being one, of 5,000 notes and for each of them 50 months.
  expect(await refused(nested(""))).toEqual([
    "COST_EXCEEDED",
    expect.stringMatching(
      /come to 780,\d{3} cells.* Lower first of breakdown by ORDER__NOTE, which may have 5,000 rows/,
    ),
  ]);
  expect((await shop.ask(nested("", ", first: 10"))).errors).toBeUndefined();
  const variables = { groupBy: [{ dimension: "CUSTOMER__REGION" }], top: { n: 2, by: "REVENUE" } };
  const byVariable = `query ($groupBy: [OrdersGroup!]!, $top: OrdersTop) { orders(groupBy: $groupBy, first: 10000) { ... on OrdersConnection {
    nodes { breakdown(groupBy: [{ dimension: ORDER__NOTE }], top: $top, first: 10000) { breakdown(groupBy: [{ time: METRIC_TIME, grain: DAY }], first: 10000) { revenue } } } } } }`;
  expect((await shop.ask(byVariable, variables)).errors).toBeUndefined();
  expect(await refused(byVariable, { ...variables, top: null })).toEqual(["COST_EXCEEDED", expect.any(String)]);
});

test("without groups there is one row, and a top within groups has so many for each of their values", async () => {
  const cells = Array.from({ length: 40 }, (_, i) => `m${i}: revenue`).join(" ");
  const costly = (args: string) =>
    `{ orders(${args}, first: 9000) { ... on OrdersConnection { nodes { ${cells} } } } }`;
  expect((await shop.ask(costly("groupBy: []"))).errors).toBeUndefined();
  const top = (within: string) =>
    costly(`groupBy: [{ dimension: CUSTOMER__REGION }, { dimension: ORDER__NOTE }],
      top: { n: 2, by: REVENUE, other: true, within: [{ dimension: ${within} }] }`);
  expect((await shop.ask(top("CUSTOMER__REGION"))).errors).toBeUndefined();
  // How many notes there are, nothing says.
  expect(await refused(top("ORDER__NOTE"))).toEqual([
    "COST_EXCEEDED",
    expect.stringMatching(/come to 360,\d{3} cells/),
  ]);
});
