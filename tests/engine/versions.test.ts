import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRequest, resolveRequest } from "../../src/request/index.ts";
import { openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { catalogFrom, type Fixture, openFixture } from "../support/shop.ts";

const SEED = readFileSync(new URL("../fixtures/shop/seed.sql", import.meta.url), "utf8");

/** Two versions that differ in a condition, one computed from both, and a former name. */
const NET = `
${readFileSync(new URL("../fixtures/shop/models/orders.yaml", import.meta.url), "utf8")}
---
metric: net
version: 2
default_version: 2
model: orders
measure: amount
filter: status = 'ok'
---
metric: net
version: 1
model: orders
measure: amount
---
metric: corrected
expr: net_v1 - net_v2
inputs: [net@1, net@2]
---
metric: turnover
alias_of: net
sunset: 2027-03-31
---
saved_query: by_month
metrics: [net@1, net]
group_by: [metric_time__month]
`;

let shop: Fixture;
beforeAll(async () => {
  shop = await openFixture(catalogFrom(NET), SEED);
});
afterAll(() => shop.close());

test("two versions in one question are the numbers of SQL by hand", async () => {
  const byHand = await openWarehouse("duckdb::memory:");
  for (const text of SEED.split(/;\s*$/m).filter((statement) => statement.trim() !== "")) {
    await readAll(await byHand.execute({ text, values: [] }));
  }
  const rows = await readAll(
    await byHand.execute({
      text: `select strftime(ordered_at, '%Y-%m-01'),
               cast(sum(amount) filter (where status = 'ok') as double), cast(sum(amount) as double),
               cast(sum(amount) as double) - cast(sum(amount) filter (where status = 'ok') as double)
             from shop.orders group by 1 order by 1`,
      values: [],
    }),
  );
  await byHand.close();
  expect(rows).toHaveLength(3);
  const answer = await shop.ask({
    metrics: ["net", "net@1", "corrected"],
    groupBy: [{ name: "metric_time", grain: "month" }],
  });
  expect(answer).toEqual(rows);
});

test("each version has a column of its own, whether its name says the version or a field beside it", () => {
  const columns = (question: object) => {
    const query = resolveRequest(shop.catalog, parseRequest(question));
    return query.kind === "metrics" ? query.outputs.map(({ name }) => name) : [];
  };
  const fields = [2, 1].map((version) => ({ name: "net", version }));
  expect(columns({ metrics: ["net", "net@1"] })).toEqual(["net", "net_v1"]);
  expect(columns({ metrics: fields })).toEqual(["net", "net_v1"]);
  expect(columns({ metrics: ["NET@2", { name: "net@1", version: 1, as: "before" }] })).toEqual(["net", "before"]);
  expect(columns({ savedQuery: "by_month" })).toEqual(["net_v1", "net"]);
});

test("conditions on the answer and its order name a version as its column does", async () => {
  const question = { metrics: ["net@1"], groupBy: ["metric_time__month"], having: ["net_v1 > 65"] };
  const orderBy = [{ name: "net_v1", direction: "desc" }];
  const rows = [
    ["2024-02-01", 110],
    ["2024-01-01", 100],
    ["2024-03-01", 70],
  ];
  expect(await shop.ask({ ...question, orderBy })).toEqual(rows);
  expect(await shop.ask({ ...question, orderBy: [{ name: "net@1", direction: "desc" }] })).toEqual(rows);
});

test("a former name gives the numbers of the metric that it is now", async () => {
  expect(await shop.ask({ metrics: ["turnover", "net"] })).toEqual([[130, 130]]);
});

test("a version is ranked and added up by its own numbers", async () => {
  const answer = await shop.ask({
    metrics: [
      { name: "net@1" },
      { name: "net", version: 1, calc: "rank", as: "place" },
      { name: "net@1", calc: "running_total", as: "so_far" },
      { name: "turnover", calc: "running_total", as: "corrected_so_far" },
    ],
    groupBy: [{ name: "metric_time", grain: "month" }],
  });
  expect(answer).toEqual([
    ["2024-01-01", 100, 2, 100, 80],
    ["2024-02-01", 110, 1, 210, 130],
    ["2024-03-01", 70, 3, 280, 130],
  ]);
});
