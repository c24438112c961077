import { afterAll, beforeAll } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine, explainQuery } from "../../src/engine/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { type AuthorizedQuery, authorize, visibleTo } from "../../src/policy/index.ts";
import { parseRequest, resolveRequest } from "../../src/request/index.ts";
import type { Row } from "../../src/warehouse/index.ts";
import { openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { catalogFrom, type Question } from "../support/shop.ts";

/** A shop of few rows, to which every test adds the policies it is about. */
const MODELS = `
project: policies
claims:
  tenant: string
  number: int
  regions: { list: string }
---
calendar: days
table: days
column: day
grain: day
---
model: orders
description: One row an order.
owner: data
table: orders
primary_key: id
time: ordered_on
columns: { id: int, tenant: string, region: string, buyer: string, state: string, day: date, amount: int, cost: int }
entities: { order: { type: primary, key: id }, buyer: { type: foreign, key: buyer } }
dimensions:
  region:
  status: { expr: state }
  ordered_on: { type: time, grain: day, expr: day }
measures:
  amount: { agg: sum, expr: amount }
  cost: { agg: sum, expr: cost }
  count: { agg: count, expr: 1 }
---
model: buyers
description: One row a buyer.
owner: data
table: buyers
primary_key: buyer
columns: { buyer: string, tenant: string, mail: string, tier: string, born: date }
entities: { buyer: { type: primary, key: buyer } }
dimensions:
  mail:
  tier:
  born: { type: time, grain: day }
measures:
  members: { agg: count, expr: 1 }
  mails: { agg: count_distinct, expr: mail }
---
model: ranks
description: One row a buyer and period.
owner: data
table: ranks
primary_key: [buyer, since]
primary_entity: buyer
columns: { buyer: string, since: date, until: date, rank: string }
entities: { buyer: { type: natural, key: buyer } }
dimensions:
  rank:
  since: { type: time, grain: day, validity: start }
  until: { type: time, grain: day, validity: end }
---
model: visits
description: One row a visit.
owner: data
table: visits
primary_key: id
time: visited_on
columns: { id: int, buyer: string, day: date, tenant: string }
entities: { visit: { type: primary, key: id }, buyer: { type: foreign, key: buyer } }
dimensions: { visited_on: { type: time, grain: day, expr: day } }
measures: { visits: { agg: count, expr: 1 } }
---
${[
  ["revenue", "model: orders\nmeasure: amount"],
  ["cost", "model: orders\nmeasure: cost"],
  ["orders", "model: orders\nmeasure: count\nfill_nulls_with: 0"],
  ["open_revenue", "model: orders\nmeasure: amount\nfilter: status = 'open'"],
  ["margin", "expr: revenue - cost"],
  ["cost_share", "numerator: cost\ndenominator: revenue"],
  ["revenue_so_far", "type: cumulative\ninput: revenue\nperiod_agg: last"],
  ["revenue_3d_mean", "input: revenue\nwindow: 3 days\nperiod_agg: average"],
  ["orders_or_zero", "expr: coalesce(orders, 0) + 0"],
  ["revenue_a_day_ago", "expr: earlier\ninputs: [{ metric: revenue, as: earlier, offset_window: 1 day }]"],
  ["cost_a_day_ago", "expr: earlier\ninputs: [{ metric: cost, as: earlier, offset_window: 1 day }]"],
  ["indirect_cost", "expr: cost_a_day_ago / 2"],
  ["members", "model: buyers\nmeasure: members"],
  ["mails", "model: buyers\nmeasure: mails"],
  ["spenders", "model: buyers\nmeasure: members\nfilter: metric('revenue', 'buyer') > 15"],
  ["visits", "model: visits\nmeasure: visits"],
  ["visit_orders", "base: visits\nconversion: orders\nentity: buyer\ncalculation: conversions"],
]
  .map(([name, rest]) => `metric: ${name}\ndescription: Of the shop.\nowner: data\n${rest}`)
  .join("\n---\n")}
---
saved_query: revenue_by_region
description: Revenue by region.
metrics: [revenue]
group_by: [order__region]
---
saved_query: margin_by_region
description: Margin by region.
metrics: [margin]
group_by: [order__region]
`;

const ROWS = [
  "create table days as select cast('2026-01-01' as date) + cast(i as int) as day from range(40) r(i)",
  "create table orders (id int, tenant text, region text, buyer text, state text, day date, amount int, cost int)",
  `insert into orders values
    (1, 'T1', 'EMEA', 'ann', 'open', '2026-01-01', 10, 4),
    (2, 'T1', 'EMEA', 'ann', 'done', '2026-01-02', 20, 5),
    (3, 'T1', 'APAC', 'bob', 'open', '2026-01-02', 30, 6),
    (4, 'T2', 'EMEA', 'cat', 'open', '2026-01-03', 40, 7),
    (5, 'T1', 'APAC', null, 'done', '2026-01-04', 50, 8)`,
  "create table buyers (buyer text, tenant text, mail text, tier text, born date)",
  `insert into buyers values
    ('ann', 'T1', 'ann@mail.test', 'gold', '1990-05-17'),
    ('bob', 'T1', 'bob@mail.test', 'tin', '1991-06-18'),
    ('cat', 'T2', 'cat@mail.test', 'gold', '1992-07-19')`,
  "create table ranks (buyer text, since date, until date, rank text)",
  "insert into ranks values ('ann', '2026-01-01', '2026-01-02', 'new'), ('ann', '2026-01-02', null, 'old')",
  "create table visits (id int, buyer text, day date, tenant text)",
  "insert into visits values (1, 'ann', '2026-01-01', 'T1'), (2, 'cat', '2026-01-03', 'T2')",
];

/** All rows and fields of the models that a test is not about. */
export function open(...models: readonly string[]): string {
  return models
    .map((model) => `\n---\npolicy: ${model}\nroles: { a: { rows: all, fields: all }, b: { rows: all, fields: all } }`)
    .join("");
}

export function shopWith(policies: string): Catalog {
  return catalogFrom(`${MODELS}\n---\n${policies.replace(/^\s*---/, "")}`);
}

export function principal(
  roles: readonly string[],
  claims: Record<string, string | number | readonly string[]> = {},
): Principal {
  return makeUser({ issuer: "https://issuer.test", subject: "p", name: "p", roles, claims });
}

export interface Shop {
  /** The rows of an answer; digits as numbers. */
  rows(policies: string, question: Question, who: Principal): Promise<readonly Row[]>;
}

/** Opens the shop's tables in DuckDB's memory for the tests of a file. */
export function useShop(): Shop {
  let warehouse: Awaited<ReturnType<typeof openWarehouse>>;
  beforeAll(async () => {
    warehouse = await openWarehouse("duckdb::memory:");
    for (const text of ROWS) await readAll(await warehouse.execute({ text, values: [] }));
  });
  afterAll(() => warehouse.close());
  return {
    async rows(policies, question, who) {
      const engine: Engine = createEngine({ catalog: shopWith(policies), warehouse });
      const { rows } = await engine.query(parseRequest(question), who);
      const plain = await engine.query(parseRequest(question), who, { optimize: false });
      if (JSON.stringify(plain.rows) !== JSON.stringify(rows)) throw new Error("The optimiser changed the answer.");
      return rows.map((row) =>
        row.map((cell) => (typeof cell === "string" && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell)),
      );
    },
  };
}

/** The decision about a question. */
export function decided(policies: string | Catalog, question: Question, who: Principal): AuthorizedQuery {
  const catalog = typeof policies === "string" ? shopWith(policies) : policies;
  return authorize(resolveRequest(visibleTo(catalog, who), parseRequest(question)), who);
}

/** The "no" to a question: its code, and all that it says. */
export function refusal(policies: string, question: Question, who: Principal): Refusal {
  try {
    explainQuery(shopWith(policies), "duckdb", parseRequest(question), who);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`Answered, but should be refused: ${JSON.stringify(question)}`);
}

export function refusedAs(policies: string, question: Question, who: Principal): string {
  return refusal(policies, question, who).code;
}

export { OPERATOR };
