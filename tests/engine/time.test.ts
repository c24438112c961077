import { describe, expect, test } from "vitest";
import { catalogFrom, openFixture, useFixture } from "../support/shop.ts";

describe("a range", () => {
  const { ask } = useFixture();
  const timeRange = { start: "2024-01-15", end: "2024-02-10" };

  test("is widened to whole periods of the grain asked for", async () => {
    expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__month"], timeRange })).toEqual([
      ["2024-01-01", 100],
      ["2024-02-01", 110],
    ]);
  });

  test("is widened to the finest of several, and to the base grain of a sprint", async () => {
    expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__month", "metric_time__day"], timeRange })).toEqual(
      [
        ["2024-01-01", "2024-01-31", 40],
        ["2024-02-01", "2024-02-01", 50],
      ],
    );
    expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__sprint"], timeRange })).toEqual([
      ["2024-01-31", 90],
    ]);
  });

  test("without metric_time in the query is of days, both ends included", async () => {
    expect(await ask({ metrics: ["revenue"], timeRange })).toEqual([[90]]);
    expect(await ask({ metrics: ["revenue"], timeRange: { start: "2024-01-31", end: "2024-02-01" } })).toEqual([[90]]);
    expect(await ask({ metrics: ["revenue"], groupBy: ["order__status"], timeRange })).toEqual([["ok", 90]]);
  });

  test("another grain of the same time does not widen it, only metric_time does", async () => {
    expect(await ask({ metrics: ["revenue"], groupBy: ["order__ordered_at__month"], timeRange })).toEqual([
      ["2024-01-01", 40],
      ["2024-02-01", 50],
    ]);
  });

  test("may miss either end, and nothing bounds it then", async () => {
    expect(await ask({ metrics: ["revenue"], timeRange: { start: "2024-02-01" } })).toEqual([[180]]);
    expect(await ask({ metrics: ["revenue"], timeRange: { end: "2024-01-31" } })).toEqual([[100]]);
    expect(await ask({ metrics: ["revenue"], timeRange: {} })).toEqual([[280]]);
  });

  test("is on each metric's own time", async () => {
    expect(await ask({ metrics: ["revenue", "refunded"], timeRange: { start: "2024-02-01" } })).toEqual([[180, 7]]);
  });
});

const EVENTS = `
model: events
description: One row an event.
owner: data
table: events
primary_key: id
time: happened_at
columns: { id: int, happened_at: timestamptz, local_at: timestamp, n: int }
entities: { event: primary }
dimensions:
  happened_at: minute
  local_at: minute
measures:
  n: sum
---
metric: n
description: Counted at the instant.
owner: data
model: events
measure: n
---
metric: n_local
description: Counted at the time as written.
owner: data
model: events
measure: n
time: local_at
---
metric: n_6h
description: Of six hours.
owner: data
input: n
window: 6 hours
---
metric: n_1h_ago
description: An hour before.
owner: data
expr: earlier
inputs: [{ metric: n, as: earlier, offset_window: 1 hour }]
---
calendar: days
table: days
column: day
grain: day
---
calendar: months
table: months
column: month
grain: month
---
project: test
time_zone: Europe/Berlin
`;

// Berlin: clocks go from 02:00 to 03:00 on 2024-03-31, and from 03:00 back to 02:00 on 2024-10-27.
const INSTANTS = `
create table events (id int, happened_at timestamptz, local_at timestamp, n int);
insert into events values
  (1, '2024-03-30 22:59:00+00', '2024-03-30 23:59:00', 1),
  (2, '2024-03-30 23:00:00+00', '2024-03-31 00:00:00', 2),
  (3, '2024-03-31 00:59:00+00', '2024-03-31 01:59:00', 4),
  (4, '2024-03-31 01:00:00+00', '2024-03-31 03:00:00', 8),
  (5, '2024-03-31 21:59:00+00', '2024-03-31 23:59:00', 16),
  (6, '2024-03-31 22:00:00+00', '2024-04-01 00:00:00', 32),
  (7, '2024-10-27 00:30:00+00', '2024-10-27 02:30:00', 64),
  (8, '2024-10-27 01:30:00+00', '2024-10-27 02:30:00', 128),
  (9, null, null, 256);
create table days as select cast(d as date) as day from generate_series(timestamp '2024-03-01', timestamp '2024-10-31', interval '1 day') as days(d);
create table months as select cast(d as date) as month from generate_series(timestamp '2024-03-01', timestamp '2024-10-31', interval '1 month') as days(d);
`;

describe("instants", () => {
  const { ask } = useFixture(() => openFixture(catalogFrom(EVENTS), INSTANTS));

  test("are cut into the days of the reporting zone, of 23 hours where the clock went forward", async () => {
    expect(await ask({ metrics: ["n"], groupBy: ["metric_time__day"] })).toEqual([
      ["2024-03-30", 1],
      ["2024-03-31", 2 + 4 + 8 + 16],
      ["2024-04-01", 32],
      ["2024-10-27", 64 + 128],
      [null, 256],
    ]);
  });

  test("fall into local months and quarters", async () => {
    expect(await ask({ metrics: ["n"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-03-01", 31],
      ["2024-04-01", 32],
      ["2024-10-01", 192],
      [null, 256],
    ]);
  });

  test("are cut in the zone of the question where it names one", async () => {
    const question = { metrics: ["n"], groupBy: ["metric_time__day"], timeZone: "UTC" };
    expect(await ask(question)).toEqual([
      ["2024-03-30", 1 + 2],
      ["2024-03-31", 4 + 8 + 16 + 32],
      ["2024-10-27", 64 + 128],
      [null, 256],
    ]);
  });

  test("a clock hour that occurs twice stays two hours", async () => {
    const timeRange = { start: "2024-10-27", end: "2024-10-27" };
    expect(await ask({ metrics: ["n"], groupBy: ["metric_time__hour"], timeRange })).toEqual([
      ["2024-10-27T00:00:00Z", 64],
      ["2024-10-27T01:00:00Z", 128],
    ]);
  });

  test("a range is read in the reporting zone", async () => {
    expect(await ask({ metrics: ["n"], timeRange: { start: "2024-03-31", end: "2024-03-31" } })).toEqual([[30]]);
    expect(
      await ask({ metrics: ["n"], timeRange: { start: "2024-03-31T01:59:00", end: "2024-03-31T03:00:00" } }),
    ).toEqual([[12]]);
    expect(
      await ask({ metrics: ["n"], timeRange: { start: "2024-03-31", end: "2024-03-31" }, timeZone: "UTC" }),
    ).toEqual([[60]]);
  });

  test("an end with a time is widened to the period it lies in", async () => {
    const timeRange = { start: "2024-03-31T23:30:00", end: "2024-03-31T23:30:00" };
    expect(await ask({ metrics: ["n"], groupBy: ["metric_time__hour"], timeRange })).toEqual([
      ["2024-03-31T21:00:00Z", 16],
    ]);
    expect(await ask({ metrics: ["n"], groupBy: ["metric_time__day"], timeRange })).toEqual([["2024-03-31", 30]]);
  });

  test("conditions see local days too", async () => {
    expect(await ask({ metrics: ["n"], where: ["metric_time__day = '2024-03-31'"] })).toEqual([[30]]);
    expect(await ask({ metrics: ["n"], where: ["metric_time__extract_dow = 7"] })).toEqual([[30 + 192]]);
  });

  test("a time without zone is used as it is", async () => {
    expect(await ask({ metrics: ["n_local"], groupBy: ["metric_time__day"] })).toEqual([
      ["2024-03-30", 1],
      ["2024-03-31", 30],
      ["2024-04-01", 32],
      ["2024-10-27", 192],
      [null, 256],
    ]);
    const timeRange = { start: "2024-10-27", end: "2024-10-27" };
    expect(await ask({ metrics: ["n_local"], groupBy: ["metric_time__hour"], timeRange })).toEqual([
      ["2024-10-27T02:00:00", 192],
    ]);
  });

  test("the two kinds of time stand beside each other by day", async () => {
    const timeRange = { start: "2024-03-30", end: "2024-04-01" };
    expect(await ask({ metrics: ["n", "n_local"], groupBy: ["metric_time__day"], timeRange })).toEqual([
      ["2024-03-30", 1, 1],
      ["2024-03-31", 30, 30],
      ["2024-04-01", 32, 32],
    ]);
  });

  test("a row without a time is outside of every range", async () => {
    expect(await ask({ metrics: ["n"] })).toEqual([[511]]);
    expect(await ask({ metrics: ["n"], timeRange: { start: "0001-01-01", end: "9999-12-31" } })).toEqual([[255]]);
  });

  test("metric_time alone comes from the coarsest calendar that is fine enough", async () => {
    expect(await ask({ groupBy: ["metric_time__quarter"] })).toEqual([
      ["2024-01-01"],
      ["2024-04-01"],
      ["2024-07-01"],
      ["2024-10-01"],
    ]);
    expect(await ask({ groupBy: ["metric_time__day"], limit: 1 })).toEqual([["2024-03-01"]]);
  });
});
