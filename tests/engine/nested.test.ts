import { expect, test } from "vitest";
import { catalogFrom, openFixture, useFixture } from "../support/shop.ts";

const { ask } = useFixture(() =>
  openFixture(
    catalogFrom(`
model: sales
description: One row a sale.
owner: data
table: sales
primary_key: sale_id
time: sold_on
columns: { sale_id: int, shop: string, amount: int, sold_on: date }
entities: { sale: primary }
dimensions: { shop: , sold_on: day }
measures: { amount: sum }
---
model: refunds
description: One row a refund of a sale.
owner: data
table: refunds
primary_key: refund_id
time: refunded_on
columns: { refund_id: int, sale_id: int, amount: int, refunded_on: date }
entities: { refund: primary, sale: sale_id }
dimensions: { refunded_on: day }
measures: { amount: sum }
---
calendar: days
table: days
column: day
grain: day
---
metric: sold
description: Money in.
owner: data
model: sales
measure: amount
---
metric: refunded
description: Money out.
owner: data
model: refunds
measure: amount
---
metric: refunded_or_zero
description: Money out in groups with refunds or not.
owner: data
expr: coalesce(refunded, 0)
---
metric: kept
description: An input that has no row in a group is NULL there, as if it had been computed alone.
owner: data
expr: sold - refunded_or_zero
---
metric: refunds_per_sale
description: The same as the side of a ratio.
owner: data
numerator: refunded_or_zero
denominator: sold
---
metric: refunded_before
description: An input of an input that lies back.
owner: data
expr: coalesce(earlier, 0)
inputs: [{ metric: refunded, as: earlier, offset_window: 1 day }]
---
metric: change
description: Another metric beside one that lies back.
owner: data
expr: sold + refunded_before
`),
    `create table sales (sale_id int, shop text, amount int, sold_on date);
     insert into sales values (1, 'north', 100, '2024-01-01'), (2, 'south', 50, '2024-01-02');
     create table refunds (refund_id int, sale_id int, amount int, refunded_on date);
     insert into refunds values (1, 1, 30, '2024-01-01'), (2, 9, 7, '2024-01-03');
     create table days (day date);
     insert into days values ('2024-01-01'), ('2024-01-02'), ('2024-01-03'), ('2024-01-04');`,
  ),
);

test("a derived input is NULL in groups that only the metrics beside it have", async () => {
  expect(await ask({ metrics: ["refunded_or_zero"], groupBy: ["sale__shop"] })).toEqual([
    ["north", 30],
    [null, 7],
  ]);
  expect(await ask({ metrics: ["kept"], groupBy: ["sale__shop"] })).toEqual([
    ["north", 70],
    ["south", null],
    [null, null],
  ]);
});

test("so is a side of a ratio", async () => {
  expect(await ask({ metrics: ["refunds_per_sale"], groupBy: ["sale__shop"] })).toEqual([
    ["north", 0.3],
    ["south", null],
    [null, null],
  ]);
});

test("so is an input that is moved along the calendar", async () => {
  expect(await ask({ metrics: ["change"], groupBy: ["metric_time__day"] })).toEqual([
    ["2024-01-01", null],
    ["2024-01-02", 50 + 30],
    ["2024-01-04", null],
  ]);
});

test("without groups there is one row, and the input has its value in it", async () => {
  expect(await ask({ metrics: ["kept"] })).toEqual([[150 - 37]]);
  expect(await ask({ metrics: ["kept", "refunded_or_zero"], where: ["sale__shop = 'south'"] })).toEqual([[50, 0]]);
});
