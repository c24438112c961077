import { describe, expect, test } from "vitest";
import { catalogFrom, openFixture, refusalOf, useFixture } from "../support/shop.ts";

describe("composite keys", () => {
  const { ask } = useFixture(() =>
    openFixture(
      catalogFrom(`
model: lines
description: One row a line.
owner: data
table: lines
primary_key: [order_id, line_no]
primary_entity: line
columns: { order_id: int, line_no: int, product: string, amount: int }
entities: { line: { type: primary, key: [order_id, line_no] } }
dimensions: { product: }
measures: { amount: sum }
---
model: returns
description: One row a return.
owner: data
table: returns
primary_key: return_id
columns: { return_id: int, order_no: int, line: int, pieces: int }
entities:
  return: primary
  line: { type: foreign, key: [order_no, line] }
measures: { pieces: sum }
---
metric: pieces
description: Pieces returned.
owner: data
model: returns
measure: pieces
---
metric: amount
description: Money.
owner: data
model: lines
measure: amount
`),
      `create table lines (order_id int, line_no int, product text, amount int);
       insert into lines values (1, 1, 'cup', 10), (1, 2, 'pot', 20), (2, 1, 'pot', 30), (2, null, 'jar', 40);
       create table returns (return_id int, order_no int, line int, pieces int);
       insert into returns values (1, 1, 1, 1), (2, 2, 1, 2), (3, 2, 2, 4), (4, 2, null, 8), (5, null, 1, 16);`,
    ),
  );

  test("match where all columns are equal, and never where a part is NULL", async () => {
    expect(await ask({ metrics: ["pieces"], groupBy: ["line__product"] })).toEqual([
      ["cup", 1],
      ["pot", 2],
      [null, 4 + 8 + 16],
    ]);
  });

  test("two facts by them", async () => {
    expect(await ask({ metrics: ["pieces", "amount"], groupBy: ["line__product"] })).toEqual([
      ["cup", 1, 10],
      ["jar", null, 40],
      ["pot", 2, 50],
      [null, 28, null],
    ]);
  });
});

const TRADES = `
model: trades
description: One row a trade.
owner: data
table: trades
primary_key: trade_id
columns: { trade_id: int, buyer_id: string, seller_id: string, amount: int }
entities:
  trade: primary
  buyer: { type: foreign, key: buyer_id, entity: person }
  seller: { type: foreign, key: seller_id, entity: person }
measures: { amount: sum }
---
model: people
description: One row a person.
owner: data
table: people
primary_key: person_id
columns: { person_id: string, country: string, boss_id: string }
entities:
  person: primary
  boss: { type: foreign, key: boss_id, entity: person }
dimensions: { country: }
measures: { people: count(1) }
---
metric: amount
description: Money.
owner: data
model: trades
measure: amount
---
metric: people
description: People.
owner: data
model: people
measure: people
`;

describe("one table in several roles", () => {
  const { ask } = useFixture(() =>
    openFixture(
      catalogFrom(TRADES),
      `create table trades (trade_id int, buyer_id text, seller_id text, amount int);
       insert into trades values (1, 'a', 'b', 1), (2, 'b', 'a', 2), (3, 'a', 'c', 4), (4, 'c', null, 8);
       create table people (person_id text, country text, boss_id text);
       insert into people values ('a', 'DE', null), ('b', 'FR', 'a'), ('c', 'US', 'b');`,
    ),
  );

  test("each role is a join of its own", async () => {
    expect(await ask({ metrics: ["amount"], groupBy: ["buyer__country", "seller__country"] })).toEqual([
      ["DE", "FR", 1],
      ["DE", "US", 4],
      ["FR", "DE", 2],
      ["US", null, 8],
    ]);
  });

  test("a condition on one does not touch the other", async () => {
    const where = ["seller__country = 'US'"];
    expect(await ask({ metrics: ["amount"], groupBy: ["buyer__country"], where })).toEqual([["DE", 4]]);
  });

  test("a model reaches itself through a role, as often as is written", async () => {
    expect(await ask({ metrics: ["people"], groupBy: ["boss__country"] })).toEqual([
      ["DE", 1],
      ["FR", 1],
      [null, 1],
    ]);
    expect(await ask({ metrics: ["amount"], groupBy: ["buyer__boss__country"] })).toEqual([
      ["DE", 2],
      ["FR", 8],
      [null, 5],
    ]);
    expect(await ask({ metrics: ["people"], groupBy: ["boss__boss__country"] })).toEqual([
      ["DE", 1],
      [null, 2],
    ]);
  });

  test("the keys of both roles are groups", async () => {
    expect(await ask({ metrics: ["amount"], groupBy: ["buyer", "seller"], where: ["buyer <> 'a'"] })).toEqual([
      ["b", "a", 2],
      ["c", null, 8],
    ]);
  });

  test("without a role the name is ambiguous, and the ways are spelled out", () => {
    const refusal = refusalOf(catalogFrom(TRADES), { metrics: ["amount"], groupBy: ["person__country"] });
    expect(refusal.code).toBe("AMBIGUOUS_PATH");
    expect(refusal.message).toContain("trades -buyer-> people");
    expect(refusal.message).toContain("trades -seller-> people");
    expect(refusal.suggestions).toEqual(["buyer__country", "seller__country"]);
  });

  test("without a role the key is ambiguous too", () => {
    const refusal = refusalOf(catalogFrom(TRADES), { metrics: ["amount"], groupBy: ["person"] });
    expect(refusal.code).toBe("AMBIGUOUS_PATH");
    expect(refusal.suggestions).toEqual(["buyer", "seller"]);
  });
});

describe("validity (SCD type 2)", () => {
  const { ask } = useFixture(() =>
    openFixture(
      catalogFrom(`
model: sales
description: One row a sale.
owner: data
table: sales
primary_key: sale_id
time: sold_on
columns: { sale_id: int, sold_on: date, customer_id: string, amount: int, shipped_on: date }
entities: { sale: primary, customer: customer_id }
dimensions: { sold_on: day, shipped_on: day }
measures: { amount: sum }
---
model: history
description: One row a customer and version.
owner: data
table: history
columns: { customer_id: string, valid_from: date, valid_to: date, tier: string, agent_id: string }
entities:
  customer: { type: natural, key: customer_id }
  agent: agent_id
dimensions:
  tier:
  valid_from: { type: time, grain: day, validity: start }
  valid_to: { type: time, grain: day, validity: end }
---
model: agents
description: One row an agent.
owner: data
table: agents
primary_key: agent_id
columns: { agent_id: string, name: string }
entities: { agent: primary }
dimensions: { name: }
---
metric: amount
description: Money when sold.
owner: data
model: sales
measure: amount
---
metric: shipped
description: Money when shipped.
owner: data
model: sales
measure: amount
time: shipped_on
---
metric: amount_2d
description: Money of two days.
owner: data
input: amount
window: 2 days
---
metric: amount_2d_ago
description: Money two days before.
owner: data
expr: earlier
inputs: [{ metric: amount, as: earlier, offset_window: 2 days }]
---
calendar: days
table: days
column: day
grain: day
`),
      `create table sales (sale_id int, sold_on date, customer_id text, amount int, shipped_on date);
       insert into sales values
         (1, '2024-01-09', 'a', 1, '2024-01-10'), (2, '2024-01-10', 'a', 2, '2024-01-11'), (3, '2024-03-01', 'a', 4, null),
         (4, '2023-12-31', 'a', 8, null), (5, '2024-01-09', 'b', 16, null), (6, null, 'a', 32, null), (7, '2024-01-09', null, 64, null);
       create table history (customer_id text, valid_from date, valid_to date, tier text, agent_id text);
       insert into history values
         ('a', '2024-01-01', '2024-01-10', 'low', 'x'), ('a', '2024-01-10', null, 'high', 'y'), ('b', '2024-02-01', null, 'low', 'x');
       create table agents (agent_id text, name text);
       insert into agents values ('x', 'Xaver'), ('y', 'Yvonne');
       create table days as select cast(d as date) as day from generate_series(timestamp '2023-12-01', timestamp '2024-04-30', interval '1 day') as days(d);`,
    ),
  );

  test("takes the version of the row's time: start included, end not, no end open", async () => {
    expect(await ask({ metrics: ["amount"], groupBy: ["customer__tier"] })).toEqual([
      ["high", 2 + 4],
      ["low", 1],
      [null, 8 + 16 + 32 + 64],
    ]);
  });

  test("that of the metric's own time", async () => {
    expect(await ask({ metrics: ["shipped"], groupBy: ["customer__tier"], where: ["shipped is not null"] })).toEqual([
      ["high", 1 + 2],
      [null, 4 + 8 + 16 + 32 + 64],
    ]);
  });

  test("also where the time is not grouped by, or only by month", async () => {
    const timeRange = { start: "2024-01-01", end: "2024-01-31" };
    expect(await ask({ metrics: ["amount"], groupBy: ["customer__tier", "metric_time__month"], timeRange })).toEqual([
      ["high", "2024-01-01", 2],
      ["low", "2024-01-01", 1],
      [null, "2024-01-01", 80],
    ]);
    expect(await ask({ metrics: ["amount"], where: ["customer__tier = 'low'"] })).toEqual([[1]]);
  });

  test("a further join goes on from the version", async () => {
    expect(await ask({ metrics: ["amount"], groupBy: ["customer__agent__name"] })).toEqual([
      ["Xaver", 1],
      ["Yvonne", 6],
      [null, 120],
    ]);
  });

  test("windows and offsets keep the version of the row", async () => {
    const timeRange = { start: "2024-01-10", end: "2024-01-11" };
    const groupBy = ["metric_time__day", "customer__tier"];
    expect(await ask({ metrics: ["amount_2d"], groupBy, timeRange })).toEqual([
      ["2024-01-10", "high", 2],
      ["2024-01-10", "low", 1],
      ["2024-01-10", null, 80],
      ["2024-01-11", "high", 2],
    ]);
    expect(await ask({ metrics: ["amount_2d_ago"], groupBy, timeRange })).toEqual([
      ["2024-01-11", "low", 1],
      ["2024-01-11", null, 80],
    ]);
  });

  test("values without a metric are those of every version", async () => {
    expect(await ask({ groupBy: ["customer__tier"] })).toEqual([["high"], ["low"]]);
  });
});

describe("partitions", () => {
  const { ask } = useFixture(() =>
    openFixture(
      catalogFrom(`
model: stock
description: One row a product and load.
owner: data
table: stock
primary_key: [product_id, load_date]
primary_entity: stock
columns: { product_id: int, load_date: date, pieces: int }
entities: { product: { type: foreign, key: product_id } }
dimensions: { load_date: { type: time, grain: day, partition: true } }
measures: { pieces: sum }
---
model: products
description: One row a product and load.
owner: data
table: products
primary_key: product_id
columns: { product_id: int, load_date: date, colour: string }
entities: { product: primary }
dimensions: { colour: , load_date: { type: time, grain: day, partition: true } }
---
metric: pieces
description: Pieces.
owner: data
model: stock
measure: pieces
`),
      `create table stock (product_id int, load_date date, pieces int);
       insert into stock values (1, '2024-01-01', 1), (1, '2024-01-02', 2), (1, '2024-01-03', 4), (1, null, 8);
       create table products (product_id int, load_date date, colour text);
       insert into products values (1, '2024-01-01', 'red'), (1, '2024-01-02', 'blue');`,
    ),
  );

  test("are one more equality in the join", async () => {
    expect(await ask({ metrics: ["pieces"], groupBy: ["product__colour"] })).toEqual([
      ["blue", 2],
      ["red", 1],
      [null, 12],
    ]);
  });
});

describe("two tables that hold the same key", () => {
  const catalog = catalogFrom(`
model: sales
description: One row a sale.
owner: data
table: sales
primary_key: sale_id
columns: { sale_id: int, customer_id: int, amount: int }
entities: { sale: primary, customer: customer_id }
measures: { amount: sum }
---
model: crm
description: One row a customer.
owner: data
table: crm
primary_key: customer_id
columns: { customer_id: int, region: string, phone: string }
entities: { customer: primary }
dimensions: { region: , phone: }
---
model: billing
description: One row a customer.
owner: data
table: billing
primary_key: customer_id
columns: { customer_id: int, region: string, iban: string }
entities: { customer: primary }
dimensions: { region: , iban: }
---
metric: amount
description: Money.
owner: data
model: sales
measure: amount
`);

  test("are ambiguous for what both have", () => {
    const refusal = refusalOf(catalog, { metrics: ["amount"], groupBy: ["customer__region"] });
    expect(refusal.code).toBe("AMBIGUOUS_PATH");
    expect(refusal.message).toContain("sales -customer-> crm");
    expect(refusal.message).toContain("sales -customer-> billing");
  });

  const { ask } = useFixture(() =>
    openFixture(
      catalog,
      `create table sales (sale_id int, customer_id int, amount int);
       insert into sales values (1, 1, 1), (2, 2, 2);
       create table crm (customer_id int, region text, phone text);
       insert into crm values (1, 'n', '+1'), (2, 's', '+2');
       create table billing (customer_id int, region text, iban text);
       insert into billing values (1, 'x', 'aa');`,
    ),
  );

  test("are both joined for what only one has", async () => {
    expect(await ask({ metrics: ["amount"], groupBy: ["customer__phone", "customer__iban"] })).toEqual([
      ["+1", "aa", 1],
      ["+2", null, 2],
    ]);
  });
});
