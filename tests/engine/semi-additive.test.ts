import { describe, expect, test } from "vitest";
import { catalogFrom, openFixture, useFixture } from "../support/shop.ts";

describe("a balance", () => {
  const { ask } = useFixture();

  test("is that of the last date of all, without those who did not report then", async () => {
    expect(await ask({ metrics: ["closing_balance", "opening_balance"] })).toEqual([[120, 107]]);
  });

  test("by month is that of the month's last date", async () => {
    expect(await ask({ metrics: ["closing_balance", "opening_balance"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 9, 107],
      ["2024-02-01", 120, 120],
    ]);
  });

  test("by day each day stands alone", async () => {
    expect(await ask({ metrics: ["closing_balance"], groupBy: ["metric_time__day"], limit: 1 })).toEqual([
      ["2024-01-01", 107],
    ]);
  });

  test("with groupings each customer has a last date", async () => {
    expect(await ask({ metrics: ["closing_balance_by_customer"] })).toEqual([[129]]);
    expect(await ask({ metrics: ["closing_balance_by_customer"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 119],
      ["2024-02-01", 120],
    ]);
  });

  test("other group-bys take no part in finding the date", async () => {
    expect(await ask({ metrics: ["closing_balance"], groupBy: ["balance__account"] })).toEqual([["a1", 120]]);
    expect(await ask({ metrics: ["closing_balance"], groupBy: ["customer__country"] })).toEqual([["DE", 120]]);
    expect(await ask({ metrics: ["closing_balance_by_customer"], groupBy: ["customer__country"] })).toEqual([
      ["DE", 120],
      ["FR", 9],
    ]);
  });

  test("filters and the range come before", async () => {
    expect(await ask({ metrics: ["closing_balance"], where: ["balance__account = 'a2'"] })).toEqual([[9]]);
    const timeRange = { start: "2024-01-01", end: "2024-01-02" };
    expect(await ask({ metrics: ["closing_balance"], timeRange })).toEqual([[110]]);
    expect(await ask({ metrics: ["closing_balance_by_customer"], timeRange })).toEqual([[117]]);
  });

  test("stands beside a metric of other rows", async () => {
    expect(await ask({ metrics: ["closing_balance", "revenue"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 9, 100],
      ["2024-02-01", 120, 110],
      ["2024-03-01", null, 70],
    ]);
  });
});

describe("a NULL in a grouping", () => {
  const { ask } = useFixture(() =>
    openFixture(
      catalogFrom(`
model: balances
description: One row an account and day.
owner: data
table: balances
primary_key: [account, day]
primary_entity: balance
time: on_day
columns: { account: string, day: date, balance: int }
entities: { account: { type: foreign, key: account } }
dimensions: { on_day: { type: time, grain: day, expr: day } }
measures:
  closing: { agg: sum, expr: balance, non_additive: { dimension: on_day, choice: max, groupings: [account] } }
---
metric: closing
description: Last balances.
owner: data
model: balances
measure: closing
`),
      `create table balances (account text, day date, balance int);
       insert into balances values ('a', '2024-01-01', 1), ('a', '2024-01-02', 2), (null, '2024-01-01', 10), (null, '2024-01-01', 20);`,
    ),
  );

  test("is a group of its own", async () => {
    expect(await ask({ metrics: ["closing"] })).toEqual([[32]]);
  });
});
