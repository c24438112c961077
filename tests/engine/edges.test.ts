import { describe, expect, test } from "vitest";
import { catalogFrom, openFixture, refusalOf, useFixture } from "../support/shop.ts";

/** As long as a name may be. */
const LONG = "a".repeat(56);

const BALANCES = `
model: balances
description: One row an account and day.
owner: data
table: balances
primary_key: [account, day]
primary_entity: balance
time: on_day
columns: { account: string, day: date, balance: int, ${LONG}_one: string, ${LONG}_two: string }
entities: { account: { type: foreign, key: account } }
dimensions:
  on_day: { type: time, grain: day, expr: day }
  ${LONG}_one:
  ${LONG}_two:
  order: { expr: account }
  select: { expr: balance }
measures:
  closing: { agg: sum, expr: balance, non_additive: { dimension: on_day, choice: max, groupings: [account] } }
  total: sum(balance)
---
model: tiers
description: One row an account, in a table that is called what a step might be.
owner: data
sql: select account, tier from balances_rows
primary_key: account
columns: { account: string, tier: string }
entities: { account: primary }
dimensions: { tier: }
---
metric: closing
description: Last balances.
owner: data
model: balances
measure: closing
---
metric: total
description: All balances added up.
owner: data
model: balances
measure: total
---
metric: closing_40d
description: Last balances of forty days.
owner: data
input: closing
window: 40 days
---
metric: closing_1d_ago
description: Last balances, a day before.
owner: data
expr: earlier
inputs: [{ metric: closing, as: earlier, offset_window: 1 day }]
---
metric: total_2d
description: Of two days.
owner: data
input: total
window: 2 days
---
metric: total_1m_ago
description: A month before.
owner: data
expr: earlier
inputs: [{ metric: total, as: earlier, offset_window: 1 month }]
---
calendar: months
table: months
column: month
grain: month
`;

const WITH_DAYS = `${BALANCES}---
calendar: days
table: days
column: day
grain: day
`;

const ROWS = `
create table balances (account text, day date, balance int, ${LONG}_one text, ${LONG}_two text);
insert into balances values
  ('a', '2024-01-01', 1, 'x', 'y'), ('a', '2024-01-31', 2, 'x', 'z'), ('a', null, 4, null, null),
  ('b', '2024-02-29', 8, 'x', 'y'), (null, '2024-01-31', 16, null, null);
create table balances_rows (account text, tier text);
insert into balances_rows values ('a', 'gold');
create table days as select cast(d as date) as day from generate_series(timestamp '2023-12-01', timestamp '2024-04-30', interval '1 day') as days(d);
create table months as select cast(d as date) as month from generate_series(timestamp '2023-12-01', timestamp '2024-04-30', interval '1 month') as days(d);
`;

const { ask } = useFixture(() => openFixture(catalogFrom(WITH_DAYS), ROWS));

test("a fact without a time is in the NULL group, and in no window", async () => {
  expect(await ask({ metrics: ["total", "total_2d"], groupBy: ["metric_time__day"] })).toEqual([
    ["2024-01-01", 1, 1],
    ["2024-01-02", null, 1],
    ["2024-01-31", 18, 18],
    ["2024-02-01", null, 18],
    ["2024-02-29", 8, 8],
    ["2024-03-01", null, 8],
    [null, 4, null],
  ]);
});

test("a balance in a window is that of each account's last date within it", async () => {
  const timeRange = { start: "2024-01-30", end: "2024-02-01" };
  expect(await ask({ metrics: ["closing_40d"], groupBy: ["metric_time__day"], timeRange })).toEqual([
    ["2024-01-30", 1],
    ["2024-01-31", 2 + 16],
    ["2024-02-01", 2 + 16],
  ]);
});

test("a balance moves with its day", async () => {
  expect(await ask({ metrics: ["closing_1d_ago"], groupBy: ["metric_time__day"] })).toEqual([
    ["2024-01-02", 1],
    ["2024-02-01", 18],
    ["2024-03-01", 8],
  ]);
});

describe("an offset that has to be placed by day", () => {
  test("is so although a coarser calendar would fit the groups", async () => {
    // 01-31 serves no day of February; 02-29 serves three of March.
    expect(await ask({ metrics: ["total_1m_ago"], groupBy: ["metric_time__year"] })).toEqual([
      ["2024-01-01", 1 + 3 * 8],
    ]);
    expect(await ask({ metrics: ["total_1m_ago"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-02-01", 1 + 2 + 16],
      ["2024-03-01", 8],
    ]);
  });

  test("is refused where no calendar has days, and not where months are enough", () => {
    const catalog = catalogFrom(BALANCES);
    const refusal = refusalOf(catalog, { metrics: ["total_1m_ago"], groupBy: ["metric_time__year"] });
    expect(refusal.code).toBe("NO_CALENDAR");
    expect(refusal.message).toBe('Metric "total" has its offset placed by day, which calendar "months" does not have.');
    expect(() => refusalOf(catalog, { metrics: ["total_1m_ago"], groupBy: ["metric_time__month"] })).toThrow(
      "Answered",
    );
  });
});

describe("names", () => {
  test("longer than PostgreSQL's 63 letters stay apart, and come back whole", async () => {
    const groupBy = [`balance__${LONG}_one`, `balance__${LONG}_two`];
    expect(await ask({ metrics: ["total", "closing"], groupBy, where: [`balance__${LONG}_one = 'x'`] })).toEqual([
      ["x", "y", 9, 8],
      ["x", "z", 2, 2],
    ]);
  });

  test("that SQL reserves are dimensions like any other", async () => {
    const question = { metrics: ["total", "closing"], groupBy: ["balance__order", "balance__select"] };
    expect(await ask({ ...question, orderBy: [{ name: "balance__select", direction: "desc" }], limit: 1 })).toEqual([
      [null, 16, 16, 16],
    ]);
  });

  test("of steps never hide a table that an author's SQL reads", async () => {
    expect(await ask({ metrics: ["total"], groupBy: ["account__tier"] })).toEqual([
      ["gold", 7],
      [null, 24],
    ]);
  });
});
