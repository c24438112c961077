import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { loadCatalog } from "../../src/compile/index.ts";
import { createEngine, type Engine, type Quotas } from "../../src/engine/index.ts";
import { createHttpHandler, type HttpOptions } from "../../src/server/index.ts";
import { createTelemetry, type RequestWatch } from "../../src/telemetry/index.ts";
import { openWarehouse, type Statement, type Warehouse, WarehouseError } from "../../src/warehouse/index.ts";

/** A shop with warts: guests without a customer, an order nobody's, a metric by another time, two currencies of names. */
const DEFINITIONS = {
  "orders.yaml": `model: orders
label: Orders
description: One row an order.
owner: { business: sales, technical: data }
table: shop.orders
primary_key: order_id
time: ordered_on
columns:
  order_id: int
  customer_id: int
  amount: decimal
  weight: float
  parcel: int
  status: string
  is_gift: boolean
  note: string
  ordered_on: date
  paid_on: date
entities: { order: primary, customer: customer_id }
dimensions:
  status: { enum: [placed, paid, cancelled] }
  is_gift:
  parcel:
  note:
  secret: { sql: { duckdb: "upper(note)" }, columns: [note], data_type: string }
  ordered_on: day
  paid_on: day
measures:
  amount: sum
  orders: count(*)
`,
  "customers.yaml": `model: customers
label: Customers
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, region: string, tier: string }
entities: { customer: primary }
dimensions:
  region: { enum: [EMEA, APAC], description: Sales region. }
  tier: { enum: ["top-tier", basic] }
`,
  "calendar.yaml": `calendar: days
table: shop.calendar
column: day
grain: day
custom_grains: { fiscal_quarter: { column: fiscal_quarter_start, label: Fiscal quarter } }
`,
  "metrics.yaml": `metric: revenue
label: Revenue
description: Money from orders.
owner: { business: finance, technical: data }
unit: USD
format: currency
tier: gold
tags: [board]
certification: certified
model: orders
measure: amount
---
metric: orders
label: Orders
description: Orders placed.
owner: sales
model: orders
measure: orders
---
metric: gifts
label: Gifts
description: Orders that were gifts.
owner: sales
model: orders
measure: orders
filter: order__is_gift
---
metric: cash
label: Cash
description: Money by the day it came in.
owner: finance
model: orders
measure: amount
time: paid_on
---
metric: average_order
label: Average order
description: Revenue per order.
owner: finance
numerator: revenue
denominator: orders
---
metric: half
label: Half
description: Half of the revenue.
owner: finance
expr: revenue / 2
lifecycle: deprecated
replaced_by: revenue
sunset: "2027-03-31"
---
metric: parcels
label: Parcels
description: Sum of parcel numbers, beyond 53 bits.
owner: sales
model: orders
measure: sum(parcel)
---
metric: earlier
label: A month earlier
description: Revenue of the month before.
owner: finance
expr: before
inputs: [{ metric: revenue, as: before, offset_window: 1 month }]
---
metric: filled
label: Filled
description: Orders, zero on days without any.
owner: sales
model: orders
measure: orders
join_to_timespine: true
fill_nulls_with: 0
---
metric: members
label: Members
description: Known customers.
owner: sales
model: customers
measure: count(*)
---
metric: per_member
label: Orders per member
description: Over two models.
owner: sales
numerator: orders
denominator: members
---
metric: hidden_input
label: Hidden
description: Serves as an input only.
owner: sales
private: true
model: orders
measure: orders
---
saved_query: by_region
label: By region
description: Revenue by region.
metrics: [revenue]
group_by: [customer__region]
order_by: [{ name: revenue, direction: desc }]
limit: 2
`,
};

const TABLES = `
create schema shop;
create table shop.customers as select * from (values (1, 'EMEA', 'top-tier'), (2, 'APAC', 'basic'), (3, null, null),
    (4, 'LATAM', 'basic'))
  t(customer_id, region, tier);
create table shop.orders as select order_id::bigint order_id, customer_id::bigint customer_id, amount::decimal(18, 2) amount,
    weight::double weight, parcel::bigint parcel, status, is_gift::boolean is_gift, note, ordered_on::date ordered_on, paid_on::date paid_on
  from (values
    (1, 1, 1200.50, 0.5, 9007199254740993, 'paid', true, 'it''s a; drop table', '2026-01-05', '2026-01-06'),
    (2, 1, 300, 1.5, 2, 'placed', false, 'b', '2026-01-20', null),
    (3, 2, 50, null, 3, 'paid', false, 'c', '2026-02-01', '2026-04-01'),
    (4, 3, 70, 2.5, 4, 'paid', true, '100%', '2026-02-11', '2026-02-12'),
    (5, null, 5, 1, 5, 'cancelled', null, null, '2026-03-01', null),
    (6, 9, 1000, 3, 6, 'paid', false, 'a_c', '2026-03-31', '2026-03-31')
  ) t(order_id, customer_id, amount, weight, parcel, status, is_gift, note, ordered_on, paid_on);
create table shop.calendar as select day::date as day, date_trunc('quarter', day - interval 1 month)::date + interval 1 month as fiscal_quarter_start
  from generate_series(date '2025-12-01', date '2026-06-30', interval 1 day) t(day);
`;

export interface Api {
  readonly engine: Engine;
  readonly warehouse: Warehouse;
  readonly port: number;
  /** Every statement that reached the warehouse. */
  readonly statements: Statement[];
  /** Makes the warehouse fail, as it would when it is out of reach; null: it works again. */
  fail(error: Error | null): void;
  /** Makes the warehouse take its time: statements wait until what is returned is called. */
  pause(): () => void;
  ask(query: string, variables?: Readonly<Record<string, unknown>>, headers?: Headers): Promise<GraphqlAnswer>;
  http(options: HttpQuestion): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface GraphqlAnswer {
  // The shape is whatever was asked for.
  // oxlint-disable-next-line no-explicit-any
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

type Headers = Readonly<Record<string, string | string[]>>;

interface HttpQuestion {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Headers;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface ApiOptions {
  /** Files beside the shop's definitions, or instead of those of the same name. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** SQL that makes more tables. */
  readonly tables?: string;
  readonly http?: Partial<HttpOptions>;
  readonly quotas?: Quotas;
  readonly engine?: Partial<Parameters<typeof createEngine>[0]>;
  /** What stands before the warehouse. */
  readonly before?: (warehouse: Warehouse) => Warehouse;
}

/** Of a request that nobody looks at. */
export function unwatched(): RequestWatch {
  return createTelemetry({ logLevel: "warn" }).request("graphql", { method: "POST", traceparent: undefined });
}

/** The fixture shop behind a real HTTP server on a free port. */
export async function startShop(options: ApiOptions = {}): Promise<Api> {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-graphql-"));
  mkdirSync(path.join(folder, "metrics"));
  const definitions = { ...DEFINITIONS, ...options.definitions };
  for (const [name, text] of Object.entries(definitions)) writeFileSync(path.join(folder, "metrics", name), text);
  const file = path.join(folder, "warehouse.duckdb");
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(TABLES + (options.tables ?? ""));
  connection.closeSync();
  instance.closeSync();
  return startApi(path.join(folder, "metrics"), `duckdb:${file}`, options);
}

/** Any definitions over any warehouse. */
export async function startApi(
  metrics: string,
  url: string,
  { http: more, quotas, engine: parts, before }: ApiOptions = {},
): Promise<Api> {
  const { catalog, diagnostics } = loadCatalog(metrics);
  if (!catalog) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const statements: Statement[] = [];
  let failure: Error | null = null;
  let waiting: Promise<void> | null = null;
  const bare = await openWarehouse(url);
  const opened = before ? before(bare) : bare;
  const warehouse: Warehouse = {
    ...opened,
    execute(statement, options) {
      statements.push(statement);
      if (failure) throw failure;
      return waiting
        ? until(waiting, options?.signal).then(() => opened.execute(statement, options))
        : opened.execute(statement, options);
    },
    async ping() {
      if (failure) throw failure;
      await opened.ping();
    },
  };
  const engine = createEngine({ catalog, warehouse, ...(quotas && { quotas }), ...parts });
  const server = createServer(createHttpHandler(engine, { graphiql: true, ...(quotas && { quotas }), ...more }));
  // A connection that is kept must not be closed by the server just as it is used again: for that a test may be slow enough.
  server.keepAliveTimeout = 0;
  const port = await listen(server);
  const http = (question: HttpQuestion) => send(port, question);
  return {
    engine,
    warehouse,
    port,
    statements,
    fail(error) {
      failure = error;
    },
    pause() {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = promise;
      return () => {
        waiting = null;
        resolve();
      };
    },
    http,
    async ask(query, variables, headers = {}) {
      const { text } = await http({ body: JSON.stringify({ query, variables }), headers });
      return JSON.parse(text);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await engine.close();
    },
  };
}

/** @throws WarehouseError when the statement is ended before */
async function until(waiting: Promise<void>, signal?: AbortSignal): Promise<void> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(new WarehouseError("aborted", "The statement was ended.")));
  await Promise.race([waiting, ended]);
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  return address.port;
}

function send(
  port: number,
  { method = "POST", path: at = "/graphql", headers, body }: HttpQuestion,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, method, path: at, headers: { "content-type": "application/json", ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}
