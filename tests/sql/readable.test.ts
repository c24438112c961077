import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/catalog/index.ts";
import { explainQuery } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import type { Statement } from "../../src/sql/index.ts";
import type { Question } from "../support/shop.ts";
import { shopCatalog } from "../support/shop.ts";

const catalog = shopCatalog();

function sqlOf(dialect: Dialect, question: Question): Statement {
  return explainQuery(catalog, dialect, parseRequest(question), OPERATOR).statement;
}

/** The text, and below it the values it binds. */
function shown(dialect: Dialect, question: Question): string {
  const { text, values } = sqlOf(dialect, question);
  return values.length > 0 ? `${text}\n-- ${JSON.stringify(values)}` : text;
}

const QUESTIONS = {
  "one metric by month": { metrics: ["revenue"], groupBy: ["metric_time__month"] },
  "metrics of one source, one with a filter, by a joined dimension": {
    metrics: ["revenue", "ok_revenue", "buyers"],
    groupBy: ["customer__country"],
    where: ["customer__segment = 'vip'"],
  },
  "two facts and what is computed of both, ordered and cut": {
    metrics: ["net", "refund_rate"],
    groupBy: ["metric_time__month"],
    where: ["net > 10"],
    orderBy: [{ name: "net", direction: "desc" }],
    limit: 10,
  },
  "a range and a date part": {
    metrics: ["orders"],
    groupBy: ["metric_time__extract_dow"],
    timeRange: { start: "2024-01-01", end: "2024-03-31" },
  },
  "a window": { metrics: ["revenue_2d"], groupBy: ["metric_time__month"] },
  "an offset": { metrics: ["revenue_1m_ago"], groupBy: ["metric_time__month"] },
  "a conversion": { metrics: ["visit_buys"], groupBy: ["visit__channel"] },
  "a balance": { metrics: ["closing_balance_by_customer"], groupBy: ["metric_time__month"] },
  "a filter by a metric": { metrics: ["orders"], where: ["metric('revenue', 'customer') > 50"] },
  "values of two models": { groupBy: ["order__status", "customer__country"], limit: 5 },
} satisfies Record<string, Question>;

describe("SQL for DuckDB", () => {
  test("one metric by month", () => {
    expect(shown("duckdb", QUESTIONS["one metric by month"])).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.amount,
          cast(date_trunc('month', cast(orders.ordered_at as timestamp)) as date) as metric_time__month
        from shop.orders as orders
      ),
      revenue_totals as (
        select
          metric_time__month,
          sum(amount) as revenue
        from orders_rows
        group by metric_time__month
      )
      select
        metric_time__month,
        revenue
      from revenue_totals
      order by metric_time__month asc nulls last"
    `);
  });

  test("metrics of one source, one with a filter, by a joined dimension", () => {
    expect(
      shown("duckdb", QUESTIONS["metrics of one source, one with a filter, by a joined dimension"]),
    ).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.amount,
          orders.customer_id as customer_key,
          orders.status as order__status,
          orders.customer_id
        from shop.orders as orders
      ),
      customers_rows as (
        select
          customers.country as customer__country,
          customers.segment as customer__segment,
          customers.customer_id as customer_key
        from shop.customers as customers
      ),
      orders_totals as (
        select
          customers_rows.customer__country,
          sum(orders_rows.amount) as revenue,
          sum(case when orders_rows.order__status = $1 then orders_rows.amount end) as ok_revenue,
          count(distinct orders_rows.customer_id) as buyers
        from orders_rows
        left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
        where customers_rows.customer__segment = $2
        group by customers_rows.customer__country
      )
      select
        customer__country,
        revenue,
        ok_revenue,
        buyers
      from orders_totals
      order by customer__country asc nulls last
      -- ["ok","vip"]"
    `);
  });

  test("two facts and what is computed of both, ordered and cut", () => {
    expect(
      shown("duckdb", QUESTIONS["two facts and what is computed of both, ordered and cut"]),
    ).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.amount,
          cast(date_trunc('month', cast(orders.ordered_at as timestamp)) as date) as metric_time__month
        from shop.orders as orders
      ),
      revenue_totals as (
        select
          metric_time__month,
          sum(amount) as revenue
        from orders_rows
        group by metric_time__month
      ),
      refunds_rows as (
        select
          refunds.amount as amount_2,
          cast(date_trunc('month', cast(refunds.refunded_at as timestamp)) as date) as metric_time__month
        from shop.refunds as refunds
      ),
      refunded_totals as (
        select
          metric_time__month,
          sum(amount_2) as refunded
        from refunds_rows
        group by metric_time__month
      ),
      combined as (
        select
          metric_time__month,
          max(revenue) as revenue,
          max(refunded) as refunded
        from (
          select metric_time__month, revenue, cast(null as smallint) as refunded
          from revenue_totals
          union all
          select metric_time__month, cast(null as smallint) as revenue, refunded
          from refunded_totals
        ) as stacked
        group by metric_time__month
      ),
      computed as (
        select
          metric_time__month,
          revenue - refunded as net,
          cast(refunded as double) / nullif(cast(revenue as double), 0) as refund_rate
        from combined
      )
      select
        metric_time__month,
        net,
        refund_rate
      from computed
      where net > 10
      order by net desc nulls first, metric_time__month asc nulls last
      limit 10"
    `);
  });

  test("a range and a date part", () => {
    expect(shown("duckdb", QUESTIONS["a range and a date part"])).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          extract(isodow from cast(orders.ordered_at as timestamp)) as metric_time__extract_dow
        from shop.orders as orders
        where orders.ordered_at >= cast($1 as date)
          and orders.ordered_at < cast($2 as date)
      ),
      orders_totals as (
        select
          metric_time__extract_dow,
          count(*) as orders
        from orders_rows
        group by metric_time__extract_dow
      )
      select
        metric_time__extract_dow,
        orders
      from orders_totals
      order by metric_time__extract_dow asc nulls last
      -- ["2024-01-01","2024-04-01"]"
    `);
  });

  test("a window", () => {
    expect(shown("duckdb", QUESTIONS["a window"])).toMatchInlineSnapshot(`
      "with days_rows as (
        select
          cast(date_trunc('month', cast(calendar.day as timestamp)) as date) as metric_time__month,
          cast(calendar.day as date) as calendar_day
        from shop.calendar as calendar
      ),
      orders_rows as (
        select
          orders.amount,
          orders.ordered_at as revenue_day
        from shop.orders as orders
      ),
      revenue_2d_totals as (
        select
          revenue_day,
          sum(amount) as revenue_2d
        from orders_rows
        group by revenue_day
      ),
      revenue_2d_totals_2 as (
        select
          days_rows.calendar_day,
          days_rows.metric_time__month,
          sum(revenue_2d_totals.revenue_2d) as revenue_2d
        from days_rows
        join revenue_2d_totals on revenue_2d_totals.revenue_day <= days_rows.calendar_day and revenue_2d_totals.revenue_day > days_rows.calendar_day - interval 2 day
        group by days_rows.calendar_day, days_rows.metric_time__month
      ),
      days_windowed as (
        select
          calendar_day,
          metric_time__month,
          revenue_2d,
          coalesce(row_number() over (partition by metric_time__month order by calendar_day asc nulls last), 0) as rank_in_period
        from revenue_2d_totals_2
      )
      select
        metric_time__month,
        revenue_2d
      from days_windowed
      where rank_in_period = 1
      order by metric_time__month asc nulls last"
    `);
  });

  test("an offset", () => {
    expect(shown("duckdb", QUESTIONS["an offset"])).toMatchInlineSnapshot(`
      "with days_rows as (
        select
          cast(date_trunc('month', cast(calendar.day as timestamp)) as date) as metric_time__month,
          cast(date_trunc('month', cast(calendar.day as timestamp)) as date) as output_month
        from shop.calendar as calendar
      ),
      days_distinct as (
        select
          output_month,
          metric_time__month
        from days_rows
        group by output_month, metric_time__month
      ),
      computed as (
        select
          metric_time__month,
          cast(output_month - interval 1 month as date) as source_month
        from days_distinct
      ),
      orders_rows as (
        select
          orders.amount,
          cast(date_trunc('month', cast(orders.ordered_at as timestamp)) as date) as revenue_at
        from shop.orders as orders
      ),
      revenue_totals as (
        select
          computed.metric_time__month,
          sum(orders_rows.amount) as revenue
        from computed
        join orders_rows on computed.source_month = orders_rows.revenue_at
        group by computed.metric_time__month
      )
      select
        metric_time__month,
        revenue as revenue_1m_ago
      from revenue_totals
      order by metric_time__month asc nulls last"
    `);
  });

  test("a conversion", () => {
    expect(shown("duckdb", QUESTIONS["a conversion"])).toMatchInlineSnapshot(`
      "with buys_rows as (
        select
          buys.bought_at as conversion_time,
          buys.customer_id as conversion_customer
        from shop.buys as buys
      ),
      computed as (
        select
          conversion_time,
          conversion_customer
        from buys_rows
      ),
      buys_windowed as (
        select
          conversion_time,
          conversion_customer,
          coalesce(row_number() over (), 0) as conversion_id
        from computed
      ),
      visits_rows as (
        select
          visits.visit_id as base_visit_id,
          visits.channel as visit__channel,
          visits.visited_at as base_time,
          visits.customer_id as base_customer
        from shop.visits as visits
      ),
      buys_windowed_2 as (
        select
          buys_windowed.conversion_id,
          visits_rows.base_visit_id,
          visits_rows.visit__channel,
          visits_rows.base_time,
          coalesce(row_number() over (partition by buys_windowed.conversion_id order by visits_rows.base_time desc nulls first, visits_rows.base_visit_id desc nulls first), 0) as visit_buys_base_rank
        from buys_windowed
        join visits_rows on buys_windowed.conversion_customer = visits_rows.base_customer and visits_rows.base_time <= buys_windowed.conversion_time and visits_rows.base_time > buys_windowed.conversion_time - interval 7 day
      ),
      visit_buys_totals as (
        select
          visit__channel,
          count(*) as visit_buys
        from buys_windowed_2
        where visit_buys_base_rank = 1
        group by visit__channel
      )
      select
        visit__channel,
        visit_buys
      from visit_buys_totals
      order by visit__channel asc nulls last"
    `);
  });

  test("a balance", () => {
    expect(shown("duckdb", QUESTIONS["a balance"])).toMatchInlineSnapshot(`
      "with balances_rows as (
        select
          balances.balance,
          cast(date_trunc('month', cast(balances.day as timestamp)) as date) as metric_time__month,
          balances.day as balance__day_reported__day,
          balances.customer_id as customer
        from shop.balances as balances
      ),
      balances_windowed as (
        select
          balance,
          metric_time__month,
          balance__day_reported__day,
          customer,
          max(balance__day_reported__day) over (partition by metric_time__month, customer) as last_date
        from balances_rows
      ),
      closing_balance_by_customer_totals as (
        select
          metric_time__month,
          sum(balance) as closing_balance_by_customer
        from balances_windowed
        where balance__day_reported__day = last_date
        group by metric_time__month
      )
      select
        metric_time__month,
        closing_balance_by_customer
      from closing_balance_by_customer_totals
      order by metric_time__month asc nulls last"
    `);
  });

  test("a filter by a metric", () => {
    expect(shown("duckdb", QUESTIONS["a filter by a metric"])).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.customer_id as customer
        from shop.orders as orders
      ),
      orders_rows_2 as (
        select
          orders.amount,
          orders.customer_id as customer
        from shop.orders as orders
      ),
      revenue_totals as (
        select
          customer,
          sum(amount) as revenue
        from orders_rows_2
        group by customer
      ),
      computed as (
        select
          customer,
          revenue as revenue_per_customer
        from revenue_totals
      ),
      orders_totals as (
        select
          nullif(count(*), 0) as orders
        from orders_rows
        left join computed on orders_rows.customer = computed.customer
        where computed.revenue_per_customer > 50
      )
      select
        orders
      from orders_totals"
    `);
  });

  test("values of two models", () => {
    expect(shown("duckdb", QUESTIONS["values of two models"])).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.status as order__status,
          orders.customer_id as customer_key
        from shop.orders as orders
      ),
      customers_rows as (
        select
          customers.country as customer__country,
          customers.customer_id as customer_key
        from shop.customers as customers
      ),
      orders_distinct as (
        select
          orders_rows.order__status,
          customers_rows.customer__country
        from orders_rows
        full join customers_rows on orders_rows.customer_key = customers_rows.customer_key
        group by orders_rows.order__status, customers_rows.customer__country
      )
      select
        order__status,
        customer__country
      from orders_distinct
      order by order__status asc nulls last, customer__country asc nulls last
      limit 5"
    `);
  });
});

describe("SQL for PostgreSQL", () => {
  test("metrics of one source, one with a filter, by a joined dimension", () => {
    expect(
      shown("postgres", QUESTIONS["metrics of one source, one with a filter, by a joined dimension"]),
    ).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.amount,
          orders.customer_id as customer_key,
          orders.status as order__status,
          orders.customer_id
        from shop.orders as orders
      ),
      customers_rows as (
        select
          customers.country as customer__country,
          customers.segment as customer__segment,
          customers.customer_id as customer_key
        from shop.customers as customers
      ),
      orders_totals as (
        select
          customers_rows.customer__country,
          cast(sum(orders_rows.amount) as bigint) as revenue,
          cast(sum(case when orders_rows.order__status = $1 then orders_rows.amount end) as bigint) as ok_revenue,
          count(distinct orders_rows.customer_id) as buyers
        from orders_rows
        left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
        where customers_rows.customer__segment = $2
        group by customers_rows.customer__country
      )
      select
        customer__country collate "C" as customer__country,
        revenue,
        ok_revenue,
        buyers
      from orders_totals
      order by customer__country asc nulls last
      -- ["ok","vip"]"
    `);
  });

  test("two facts and what is computed of both, ordered and cut", () => {
    expect(
      shown("postgres", QUESTIONS["two facts and what is computed of both, ordered and cut"]),
    ).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.amount,
          cast(date_trunc('month', cast(orders.ordered_at as timestamp)) as date) as metric_time__month
        from shop.orders as orders
      ),
      revenue_totals as (
        select
          metric_time__month,
          cast(sum(amount) as bigint) as revenue
        from orders_rows
        group by metric_time__month
      ),
      refunds_rows as (
        select
          refunds.amount as amount_2,
          cast(date_trunc('month', cast(refunds.refunded_at as timestamp)) as date) as metric_time__month
        from shop.refunds as refunds
      ),
      refunded_totals as (
        select
          metric_time__month,
          cast(sum(amount_2) as bigint) as refunded
        from refunds_rows
        group by metric_time__month
      ),
      combined as (
        select
          metric_time__month,
          max(revenue) as revenue,
          max(refunded) as refunded
        from (
          select metric_time__month, revenue, cast(null as smallint) as refunded
          from revenue_totals
          union all
          select metric_time__month, cast(null as smallint) as revenue, refunded
          from refunded_totals
        ) as stacked
        group by metric_time__month
      ),
      computed as (
        select
          metric_time__month,
          revenue - refunded as net,
          cast(refunded as double precision) / nullif(cast(revenue as double precision), 0) as refund_rate
        from combined
      )
      select
        metric_time__month,
        net,
        refund_rate
      from computed
      where net > 10
      order by net desc nulls first, metric_time__month asc nulls last
      limit 10"
    `);
  });

  test("a range and a date part", () => {
    expect(shown("postgres", QUESTIONS["a range and a date part"])).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          cast(extract(isodow from cast(orders.ordered_at as timestamp)) as integer) as metric_time__extract_dow
        from shop.orders as orders
        where orders.ordered_at >= cast($1 as date)
          and orders.ordered_at < cast($2 as date)
      ),
      orders_totals as (
        select
          metric_time__extract_dow,
          count(*) as orders
        from orders_rows
        group by metric_time__extract_dow
      )
      select
        metric_time__extract_dow,
        orders
      from orders_totals
      order by metric_time__extract_dow asc nulls last
      -- ["2024-01-01","2024-04-01"]"
    `);
  });

  test("a window", () => {
    expect(shown("postgres", QUESTIONS["a window"])).toMatchInlineSnapshot(`
      "with days_rows as materialized (
        select
          cast(date_trunc('month', cast(calendar.day as timestamp)) as date) as metric_time__month,
          cast(calendar.day as date) as calendar_day
        from shop.calendar as calendar
      ),
      orders_rows as (
        select
          orders.amount,
          orders.ordered_at as revenue_day
        from shop.orders as orders
      ),
      revenue_2d_totals as materialized (
        select
          revenue_day,
          cast(sum(amount) as bigint) as revenue_2d
        from orders_rows
        group by revenue_day
      ),
      revenue_2d_totals_2 as (
        select
          days_rows.calendar_day,
          days_rows.metric_time__month,
          cast(sum(revenue_2d_totals.revenue_2d) as bigint) as revenue_2d
        from days_rows
        join revenue_2d_totals on revenue_2d_totals.revenue_day <= days_rows.calendar_day and revenue_2d_totals.revenue_day > days_rows.calendar_day - interval '2 day'
        group by days_rows.calendar_day, days_rows.metric_time__month
      ),
      days_windowed as (
        select
          calendar_day,
          metric_time__month,
          revenue_2d,
          row_number() over (partition by metric_time__month order by calendar_day asc nulls last) as rank_in_period
        from revenue_2d_totals_2
      )
      select
        metric_time__month,
        revenue_2d
      from days_windowed
      where rank_in_period = 1
      order by metric_time__month asc nulls last"
    `);
  });

  test("values of two models", () => {
    expect(shown("postgres", QUESTIONS["values of two models"])).toMatchInlineSnapshot(`
      "with orders_rows as (
        select
          orders.status as order__status,
          orders.customer_id as customer_key
        from shop.orders as orders
      ),
      customers_rows as (
        select
          customers.country as customer__country,
          customers.customer_id as customer_key
        from shop.customers as customers
      ),
      orders_distinct as (
        select
          orders_rows.order__status,
          customers_rows.customer__country
        from orders_rows
        full join customers_rows on orders_rows.customer_key = customers_rows.customer_key
        group by orders_rows.order__status, customers_rows.customer__country
      )
      select
        order__status collate "C" as order__status,
        customer__country collate "C" as customer__country
      from orders_distinct
      order by order__status asc nulls last, customer__country asc nulls last
      limit 5"
    `);
  });
});
