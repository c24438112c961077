import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  buildSample,
  ensureSample,
  SAMPLE_SCHEMA_SQL,
  type SampleTable,
  samplePath,
  sampleSchemaSql,
  sampleTables,
} from "../../src/sample/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-sample-"));
const messages: string[] = [];
let warehouse: Warehouse;

beforeAll(async () => {
  const path = await ensureSample(join(folder, "deep", "sample.duckdb"), (message) => messages.push(message));
  warehouse = await openWarehouse(`duckdb:${path}`);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true });
});

async function rowsOf(text: string) {
  return readAll(await warehouse.execute({ text, values: [] }));
}

async function numberOf(text: string): Promise<number> {
  return Number((await rowsOf(text))[0]?.[0]);
}

const digest = (table: SampleTable) => {
  const hash = createHash("sha256");
  for (const row of table.rows) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest("hex").slice(0, 16);
};

describe("the generator", () => {
  test("makes the same rows every time", () => {
    const first = sampleTables().map((table) => [table.name, digest(table)]);
    const second = sampleTables().map((table) => [table.name, digest(table)]);
    expect(second).toEqual(first);
    expect(Object.fromEntries(first)).toMatchInlineSnapshot(`
      {
        "shop.calendar": "8665a21ccadf8839",
        "shop.campaign_spend": "809175df66e0caa9",
        "shop.campaigns": "6c1c8a7fb0f09f79",
        "shop.customers": "13fd947f1b7e7dce",
        "shop.customers_history": "39b9bc0f30cc46f4",
        "shop.events": "cd0214e790970f63",
        "shop.fx_rates": "ecee72a4c6d960b9",
        "shop.inventory_daily": "43f725bf910a906e",
        "shop.mrr_monthly": "5d39515cc74cb397",
        "shop.order_lines": "07be57d7ef79a496",
        "shop.orders": "8d20bab42af76efc",
        "shop.payments": "5cf10c1b952d1238",
        "shop.products": "c89204684eadba30",
        "shop.products_history": "d63f7e73cce7c9a8",
        "shop.returns": "1d644f5ee50be921",
        "shop.subscription_changes": "1a47d2538a0d249a",
        "shop.subscriptions": "210b7de6df8cd4ca",
      }
    `);
  });

  test("a scale multiplies the rows", () => {
    const count = (scale: number, name: string) => {
      const table = sampleTables(scale).find((candidate) => candidate.name === name);
      return [...(table?.rows ?? [])].length;
    };
    for (const name of ["shop.customers", "shop.products", "shop.orders", "shop.events", "shop.campaigns"]) {
      expect(count(2, name)).toBe(2 * count(1, name));
    }
    expect(count(2, "shop.calendar")).toBe(count(1, "shop.calendar"));
    for (const scale of [0, -1, 1.5, Number.NaN])
      expect(() => sampleTables(scale)).toThrow("The scale is a whole number");
  });
});

describe("any database", () => {
  test("gets the schema first, then every table once", async () => {
    const log: string[] = [];
    await buildSample({
      dialect: "postgres",
      async run(sql) {
        log.push(sql);
      },
      async append(table) {
        log.push(table.name);
      },
    });
    const created = [...SAMPLE_SCHEMA_SQL.matchAll(/CREATE TABLE (\S+)/g)].map(([, name]) => name);
    expect(log[0]).toBe(SAMPLE_SCHEMA_SQL);
    expect(new Set(log.slice(1))).toEqual(new Set(created));
    expect(log).toHaveLength(created.length + 1);
  });

  test("of BigQuery reads the same columns in its own types, and what they mean", () => {
    const sql = sampleSchemaSql("bigquery");
    expect(/CREATE TABLE shop.fx_rates.*?\n\)[^\n]*/s.exec(sql)?.[0]).toMatchInlineSnapshot(`
      "CREATE TABLE shop.fx_rates (
        month_start DATE NOT NULL OPTIONS (description = "First day of the month."),
        currency STRING NOT NULL OPTIONS (description = "EUR, USD or GBP."),
        usd_per_unit NUMERIC(18,6) NOT NULL OPTIONS (description = "US dollars for one unit of the currency; 1 for USD.")
      ) OPTIONS (description = "One row a month and currency, 2023-01 to 2026-12. Key: month_start, currency.");"
    `);
    const columns = (text: string) => [...text.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
    expect(columns(sql)).toEqual(columns(SAMPLE_SCHEMA_SQL));
    expect(sql).not.toMatch(/COMMENT ON|VARCHAR|BIGINT|WITH TIME ZONE|description = ""/);
  });
});

describe("the file", () => {
  test("is built once, with progress, and leaves nothing else behind", async () => {
    expect(messages).toHaveLength(sampleTables().length);
    expect(messages).toContain("Building the sample company: orders (10 of 17)");
    const again: string[] = [];
    await ensureSample(join(folder, "deep", "sample.duckdb"), (message) => again.push(message));
    expect(again).toEqual([]);
    expect(readdirSync(join(folder, "deep"))).toEqual(["sample.duckdb"]);
  });

  test("may be asked for by several at once", async () => {
    const path = join(folder, "race", "sample.duckdb");
    await Promise.all([ensureSample(path), ensureSample(path)]);
    expect(readdirSync(join(folder, "race"))).toEqual(["sample.duckdb"]);
    const raced = await openWarehouse(`duckdb:${path}`);
    expect(await readAll(await raced.execute({ text: "SELECT count(*) FROM shop.events", values: [] }))).toEqual([
      ["75000"],
    ]);
    await raced.close();
  });

  test("has a name that tells the version and the scale", () => {
    expect(samplePath()).toMatch(/^\.assay[/\\]sample-v[0-9a-f]{12}\.duckdb$/);
    expect(samplePath(3)).toMatch(/-x3\.duckdb$/);
  });

  test("holds the tables of the schema with the columns that the generator names", async () => {
    const inFile = await rowsOf(
      "SELECT table_name, list(column_name ORDER BY ordinal_position)::VARCHAR, list(data_type ORDER BY ordinal_position)::VARCHAR FROM information_schema.columns WHERE table_schema = 'shop' GROUP BY ALL ORDER BY ALL",
    );
    const generated = sampleTables().map(({ name, columns }) => [
      name.replace("shop.", ""),
      `[${columns.map((column) => column.name).join(", ")}]`,
      `[${columns.map((column) => (column.type.includes(",") ? `'${column.type}'` : column.type)).join(", ")}]`,
    ]);
    expect(inFile).toEqual(generated.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
  });

  test("says of every table and column what it is", async () => {
    expect(await rowsOf("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL")).toEqual([]);
    const silent =
      "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'shop' AND comment IS NULL";
    expect(await rowsOf(silent)).toEqual([]);
  });
});

describe("the company", () => {
  test.each([
    ["customers", 2_500],
    ["products", 650],
    ["orders", 12_000],
    ["events", 75_000],
    ["campaigns", 25],
    ["calendar", 1_826],
    ["fx_rates", 144],
  ])("has its number of %s", async (table, count) => {
    expect(await numberOf(`SELECT count(*) FROM shop.${table}`)).toBe(count);
  });

  test.each([
    ["customers", "customer_id"],
    ["customers_history", "customer_id, valid_from"],
    ["products", "product_id"],
    ["products_history", "product_id, valid_from"],
    ["orders", "order_id"],
    ["order_lines", "order_id, line_no"],
    ["returns", "return_id"],
    ["returns", "order_id, line_no"],
    ["payments", "payment_id"],
    ["events", "event_id"],
    ["inventory_daily", "product_id, snapshot_on"],
    ["campaigns", "campaign_id"],
    ["campaigns", "name"],
    ["campaign_spend", "campaign_id, spent_on, tier, industry"],
    ["subscriptions", "subscription_id"],
    ["subscription_changes", "subscription_id, change_no"],
    ["mrr_monthly", "customer_id, mrr_month"],
    ["fx_rates", "month_start, currency"],
    ["calendar", "day"],
  ])("%s: the key (%s) is unique", async (table, key) => {
    expect(await numberOf(`SELECT count(*) FROM shop.${table}`)).toBeGreaterThan(0);
    expect(await rowsOf(`SELECT ${key} FROM shop.${table} GROUP BY ${key} HAVING count(*) > 1`)).toEqual([]);
  });

  test.each([
    [
      "the MRR bridge adds up",
      `SELECT * FROM shop.mrr_monthly WHERE closing_mrr_usd <> opening_mrr_usd + new_mrr_usd + reactivation_mrr_usd
         + expansion_mrr_usd - contraction_mrr_usd - churned_mrr_usd`,
    ],
    [
      "MRR opens where the month before closed",
      `WITH months AS (SELECT *, lag(closing_mrr_usd) OVER customer AS closed, lag(mrr_month) OVER customer AS before
         FROM shop.mrr_monthly WINDOW customer AS (PARTITION BY customer_id ORDER BY mrr_month))
       SELECT * FROM months WHERE before IS NOT NULL AND opening_mrr_usd <>
         CASE WHEN before = mrr_month - INTERVAL 1 MONTH THEN closed ELSE 0 END`,
    ],
    [
      "the bridge closes with what the subscriptions say on the last day of the month",
      `WITH states AS (SELECT *, lead(changed_on) OVER (PARTITION BY subscription_id ORDER BY change_no) AS until
         FROM shop.subscription_changes),
       months AS (SELECT DISTINCT month_start FROM shop.calendar WHERE day BETWEEN '2023-11-01' AND '2026-10-31'),
       truth AS (SELECT customer_id, month_start, sum(mrr_usd) AS mrr FROM months JOIN states
         ON changed_on <= last_day(month_start) AND (until IS NULL OR until > last_day(month_start))
         GROUP BY ALL HAVING sum(mrr_usd) > 0)
       SELECT * FROM truth FULL JOIN (FROM shop.mrr_monthly WHERE closing_mrr_usd > 0) AS bridge
         ON bridge.customer_id = truth.customer_id AND mrr_month = month_start
       WHERE mrr IS DISTINCT FROM closing_mrr_usd`,
    ],
    [
      "new MRR comes once, and only to customers without a past",
      `SELECT customer_id FROM shop.mrr_monthly WHERE new_mrr_usd > 0 GROUP BY customer_id HAVING count(*) > 1
       UNION ALL SELECT customer_id FROM shop.mrr_monthly AS now WHERE new_mrr_usd > 0 AND EXISTS (
         FROM shop.mrr_monthly AS past WHERE past.customer_id = now.customer_id AND past.mrr_month < now.mrr_month)`,
    ],
    [
      "a subscription is what its changes made of it",
      `SELECT * FROM shop.subscriptions JOIN (SELECT subscription_id, min(changed_on) AS started,
           max(changed_on) FILTER (kind = 'cancel') AS ended, arg_max(mrr_usd, change_no) FILTER (kind <> 'cancel') AS last
         FROM shop.subscription_changes GROUP BY ALL) AS changes USING (subscription_id)
       WHERE started <> started_on OR ended IS DISTINCT FROM ended_on OR last <> mrr_usd`,
    ],
    [
      "versions of a customer follow each other without gap or overlap, from the sign-up to today",
      `WITH versions AS (SELECT *, lead(valid_from) OVER (PARTITION BY customer_id ORDER BY valid_from) AS next,
         min(valid_from) OVER (PARTITION BY customer_id) AS first FROM shop.customers_history)
       SELECT customer_id FROM versions JOIN shop.customers USING (customer_id)
       WHERE valid_to IS DISTINCT FROM next OR valid_to <= valid_from OR first <> signed_up_on
         OR (next IS NULL AND (versions.segment, versions.tier, versions.region, versions.country)
           IS DISTINCT FROM (customers.segment, customers.tier, customers.region, customers.country))`,
    ],
    [
      "versions of a product follow each other without gap or overlap, from the launch to today",
      `WITH versions AS (SELECT *, lead(valid_from) OVER (PARTITION BY product_id ORDER BY valid_from) AS next,
         min(valid_from) OVER (PARTITION BY product_id) AS first FROM shop.products_history)
       SELECT product_id FROM versions JOIN shop.products USING (product_id)
       WHERE valid_to IS DISTINCT FROM next OR valid_to <= valid_from OR first <> launched_on
         OR (next IS NULL AND (versions.category, versions.list_price_usd, versions.cost_usd)
           IS DISTINCT FROM (products.category, products.list_price_usd, products.cost_usd))`,
    ],
    [
      "an order is the sum of its lines, in its currency too",
      `SELECT order_id FROM shop.orders LEFT JOIN (SELECT order_id, sum(quantity * unit_price_usd - discount_usd) AS net
         FROM shop.order_lines GROUP BY ALL) AS lines USING (order_id)
       JOIN shop.fx_rates ON fx_rates.currency = orders.currency AND month_start = date_trunc('month', ordered_on)
       WHERE amount_usd <> coalesce(net, 0) OR abs(amount * usd_per_unit - amount_usd) > 0.01
         OR ordered_on <> (ordered_at AT TIME ZONE 'UTC')::DATE`,
    ],
    [
      "a line costs what its product cost that day",
      `SELECT order_id FROM shop.order_lines JOIN shop.products_history USING (product_id)
       WHERE ordered_at::DATE >= valid_from AND (valid_to IS NULL OR ordered_at::DATE < valid_to)
         AND (unit_cost_usd <> cost_usd OR unit_price_usd <> list_price_usd)`,
    ],
    [
      "only lines of paid orders come back, later and not more than were sold",
      `SELECT return_id FROM shop.returns LEFT JOIN shop.order_lines USING (order_id, line_no) LEFT JOIN shop.orders USING (order_id)
       WHERE status IS DISTINCT FROM 'paid' OR returned_at <= orders.ordered_at
         OR returns.quantity NOT BETWEEN 1 AND order_lines.quantity OR refund_usd NOT BETWEEN 0 AND amount_usd
         OR returns.product_id IS DISTINCT FROM order_lines.product_id`,
    ],
    [
      "the calendar has every day, and its periods start on days of their own",
      `SELECT day FROM (SELECT day, lead(day) OVER (ORDER BY day) AS next FROM shop.calendar) WHERE next <> day + 1
       UNION ALL SELECT day FROM shop.calendar WHERE week_start <> date_trunc('week', day) OR month_start <> date_trunc('month', day)
         OR quarter_start <> date_trunc('quarter', day) OR year_start <> date_trunc('year', day)`,
    ],
    [
      "fiscal quarters have 13 weeks as 4, 4 and 5, but for a 53rd week at the end of a year",
      `WITH weeks AS (SELECT fiscal_year, fiscal_quarter_start, fiscal_month_start, count(*) / 7 AS weeks
         FROM shop.calendar WHERE fiscal_year BETWEEN 2023 AND 2026 GROUP BY ALL),
       months AS (SELECT *, row_number() OVER (PARTITION BY fiscal_year ORDER BY fiscal_month_start) AS number FROM weeks)
       SELECT * FROM months WHERE weeks <> CASE WHEN number % 3 <> 0 THEN 4 WHEN number = 12 AND fiscal_year = 2024 THEN 6 ELSE 5 END
       UNION ALL SELECT * FROM months WHERE isodow(fiscal_month_start) <> 1 OR isodow(fiscal_quarter_start) <> 1`,
    ],
    [
      "nothing refers to the other tenant",
      `SELECT order_id FROM shop.orders JOIN shop.customers USING (customer_id) WHERE orders.tenant <> customers.tenant
       UNION ALL SELECT order_id FROM shop.orders JOIN shop.campaigns USING (campaign_id) WHERE orders.tenant <> campaigns.tenant
       UNION ALL SELECT order_id FROM shop.order_lines JOIN shop.orders USING (order_id) WHERE orders.tenant <> order_lines.tenant
       UNION ALL SELECT order_id FROM shop.order_lines JOIN shop.products USING (product_id) WHERE products.tenant <> order_lines.tenant
       UNION ALL SELECT event_id FROM shop.events JOIN shop.customers USING (customer_id) WHERE events.tenant <> customers.tenant
       UNION ALL SELECT event_id FROM shop.events JOIN shop.products USING (product_id) WHERE events.tenant <> products.tenant
       UNION ALL SELECT customer_id FROM shop.customers JOIN shop.campaigns USING (campaign_id) WHERE campaigns.tenant <> customers.tenant
       UNION ALL SELECT customer_id FROM shop.mrr_monthly JOIN shop.customers USING (customer_id) WHERE mrr_monthly.tenant <> customers.tenant`,
    ],
    [
      "an order has the region that its buyer had on that day, and only guests and deleted customers have none",
      `SELECT order_id FROM shop.orders JOIN shop.customers_history AS buyer ON buyer.customer_id = orders.customer_id
         AND ordered_on >= valid_from AND (valid_to IS NULL OR ordered_on < valid_to)
         WHERE orders.region IS DISTINCT FROM buyer.region
       UNION ALL SELECT order_id FROM shop.orders LEFT JOIN shop.customers USING (customer_id)
         WHERE (customers.customer_id IS NULL) <> (orders.region IS NULL)`,
    ],
    [
      "a session has one visitor and starts with its one visit",
      `SELECT session_id FROM shop.events GROUP BY session_id HAVING count(DISTINCT (visitor_id, tenant, channel, device)) > 1
         OR arg_min(event_type, event_at) <> 'visit' OR count(*) FILTER (event_type = 'visit') <> 1`,
    ],
    [
      "nobody buys before the sign-up, and everything happens within the data",
      `SELECT order_id FROM shop.orders JOIN shop.customers USING (customer_id) WHERE ordered_at < signed_up_at
       UNION ALL SELECT order_id FROM shop.orders WHERE ordered_on NOT BETWEEN '2023-11-01' AND '2026-10-31'
       UNION ALL SELECT event_id FROM shop.events WHERE recorded_at < event_at
       UNION ALL SELECT order_id FROM shop.orders WHERE recorded_at <= ordered_at
       UNION ALL SELECT campaign_id FROM shop.campaign_spend WHERE spent_on NOT BETWEEN '2023-11-01' AND '2026-10-31'`,
    ],
  ])("%s", async (_, contradiction) => {
    expect(await rowsOf(contradiction)).toEqual([]);
  });

  test("the fiscal year starts on the Monday nearest 1 February", async () => {
    expect(await rowsOf("SELECT DISTINCT fiscal_year, fiscal_year_start FROM shop.calendar ORDER BY 1")).toEqual([
      ["2022", "2022-01-31"],
      ["2023", "2023-01-30"],
      ["2024", "2024-01-29"],
      ["2025", "2025-02-03"],
      ["2026", "2026-02-02"],
      ["2027", "2027-02-01"],
    ]);
  });

  test.each([
    ["guests", "orders WHERE customer_id IS NULL"],
    ["orders of deleted customers", "orders WHERE customer_id NOT IN (SELECT customer_id FROM shop.customers)"],
    ["lines without product", "order_lines WHERE product_id IS NULL"],
    ["lines of deleted products", "order_lines WHERE product_id NOT IN (SELECT product_id FROM shop.products)"],
    ["orders without lines", "orders WHERE order_id NOT IN (SELECT order_id FROM shop.order_lines)"],
    ["orders for nothing", "orders JOIN shop.order_lines USING (order_id) WHERE amount_usd = 0"],
    ["cancelled orders", "orders WHERE status = 'cancelled'"],
    ["late orders", "orders WHERE recorded_at > ordered_at + INTERVAL 3 DAY"],
    ["refunds", "payments WHERE amount_usd < 0"],
    ["payments nobody can match", "payments WHERE order_id IS NULL"],
    ["orders with several payments", "(SELECT order_id FROM shop.payments GROUP BY ALL HAVING count(*) > 2)"],
    ["customers without industry", "customers WHERE industry IS NULL"],
    ["customers without country", "customers WHERE country IS NULL"],
    ["spend on deleted campaigns", "campaign_spend WHERE campaign_id NOT IN (SELECT campaign_id FROM shop.campaigns)"],
    ["credits", "campaign_spend WHERE spend_usd < 0"],
    ["events of nobody", "events WHERE customer_id IS NULL"],
    ["sold-out days", "inventory_daily WHERE on_hand = 0"],
    ["reactivations", "mrr_monthly WHERE reactivation_mrr_usd > 0"],
    ["contractions", "mrr_monthly WHERE contraction_mrr_usd > 0"],
    [
      "customers with two subscriptions at once",
      "(SELECT a.customer_id FROM shop.subscriptions a JOIN shop.subscriptions b ON a.customer_id = b.customer_id AND a.subscription_id < b.subscription_id AND b.started_on < coalesce(a.ended_on, '2027-01-01'))",
    ],
    [
      "sessions over midnight",
      "(SELECT session_id FROM shop.events GROUP BY ALL HAVING min(event_at)::DATE < max(event_at)::DATE)",
    ],
    [
      "orders of another month in New York",
      "orders WHERE date_trunc('month', ordered_at AT TIME ZONE 'America/New_York') <> date_trunc('month', ordered_on)",
    ],
    [
      "orders in the hour that Berlin skips",
      "orders WHERE ordered_at BETWEEN '2026-03-29 00:30:00Z' AND '2026-03-29 01:30:00Z'",
    ],
    [
      "orders in the hour that Berlin has twice",
      "orders WHERE ordered_at BETWEEN '2026-10-25 00:00:00Z' AND '2026-10-25 02:00:00Z'",
    ],
    [
      "orders around New York's clock change",
      "orders WHERE ordered_at BETWEEN '2026-03-08 06:00:00Z' AND '2026-03-08 08:00:00Z'",
    ],
  ])("there are %s", async (_, rows) => {
    const from = rows.startsWith("(") ? rows : `shop.${rows}`;
    expect(await numberOf(`SELECT count(*) FROM ${from}`)).toBeGreaterThan(0);
  });

  test("every channel, tier and industry has spend and new customers", async () => {
    for (const [spend, customer] of [
      ["channel", "acquisition_channel"],
      ["tier", "tier"],
      ["industry", "industry"],
    ]) {
      const text = `SELECT DISTINCT ${spend} FROM shop.campaign_spend EXCEPT SELECT ${customer} FROM shop.customers`;
      expect(await rowsOf(text)).toEqual([]);
      expect(await numberOf(`SELECT count(DISTINCT ${spend}) FROM shop.campaign_spend`)).toBeGreaterThan(2);
    }
    expect(await numberOf("SELECT count(*) FROM (SELECT DISTINCT tier, industry FROM shop.campaign_spend)")).toBe(18);
  });
});
