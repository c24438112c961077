import { assert, asyncProperty, constantFrom, subarray } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "./support.ts";

/** Two metrics whose own grains cannot be compared, and two calendars whose periods cannot be filled together. */
const MORE = {
  "grains.yaml": `metric: by_fiscal_quarter
label: By fiscal quarter
description: Orders, by fiscal quarter unless asked otherwise.
owner: sales
model: orders
measure: orders
grain: fiscal_quarter
---
metric: by_month
label: By month
description: Revenue, by month unless asked otherwise.
owner: sales
model: orders
measure: amount
grain: month
`,
  "retail.yaml": `calendar: retail
table: shop.retail
column: day
grain: day
custom_grains: { retail_period: { column: period_start, label: Retail period } }
`,
};
const RETAIL = `create table shop.retail as select day, date_trunc('month', day)::date as period_start from shop.calendar;`;

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ definitions: MORE, tables: RETAIL });
});
afterAll(() => shop.close());

const FILLED =
  "orders(groupBy: [{ time: METRIC_TIME, grain: DAY, fill: true }], first: 40, orderBy: [{ metric: REVENUE, direction: DESC }])";
const FRAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orders: { quarterly: "byFiscalQuarter", monthly: "byMonth", plain: "revenue" },
  [FILLED]: {
    fiscal: "revenue(calc: RANK, within: [{ time: METRIC_TIME, grain: FISCAL_QUARTER }])",
    retail: "revenue(calc: RANK, within: [{ time: METRIC_TIME, grain: RETAIL_PERIOD }])",
    plain: "orders",
  },
};

async function rowsOf(frame: string, cells: readonly string[]) {
  const selected = cells.map((cell) => `${cell}: ${FRAMES[frame]?.[cell]}`).join(" ");
  const { data, errors } = await shop.ask(
    `{ page: ${frame} { ... on OrdersConnection { nodes { id ${selected} } } ... on QueryRefused { message } } }`,
  );
  expect(errors).toBeUndefined();
  return data.page.nodes;
}

test("metrics that cannot be asked together have the values that each has alone", async () => {
  await assert(
    asyncProperty(
      constantFrom(...Object.keys(FRAMES)).chain((frame) =>
        subarray(Object.keys(FRAMES[frame] ?? {}), { minLength: 1 }).map((cells) => [frame, cells] as const),
      ),
      async ([frame, cells]) => {
        const rows = await rowsOf(frame, cells);
        for (const cell of cells) {
          const alone = await rowsOf(frame, [cell]);
          expect(rows.map((row: Record<string, unknown>) => [row["id"], row[cell]])).toEqual(
            alone.map((row: Record<string, unknown>) => [row["id"], row[cell]]),
          );
        }
      },
    ),
    { numRuns: 20 },
  );
  expect((await rowsOf("orders", ["quarterly", "monthly"]))[0]).toMatchObject({ quarterly: "6", monthly: "2625.50" });
  expect(await rowsOf(FILLED, ["fiscal", "retail"])).toHaveLength(40);
});
