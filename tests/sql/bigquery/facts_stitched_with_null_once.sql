with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.customer_id as customer_key
  from (
    SELECT
      line.order_id,
      line.line_no,
      line.tenant,
      line.product_id,
      line.ordered_at,
      line.quantity,
      line.unit_price_usd,
      line.discount_usd,
      line.unit_cost_usd,
      purchase.status AS order_status,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id,
      buyer.acquisition_channel,
      buyer.tier,
      buyer.industry
    FROM shop.order_lines AS line
    JOIN shop.orders AS purchase ON purchase.order_id = line.order_id
    LEFT JOIN shop.customers AS buyer ON buyer.customer_id = purchase.customer_id
  ) as order_lines
  where order_lines.order_status = @p1
),
customers_rows as (
  select
    customers.country as customer__country,
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
),
revenue_totals as (
  select
    customers_rows.customer__country,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  where (customers_rows.customer__region <> @p2 or customers_rows.customer__region is null)
  group by customers_rows.customer__country
),
returns_rows as (
  select
    returns.refund_usd,
    returns.customer_id as customer_key
  from (
    SELECT
      item.return_id,
      item.order_id,
      item.line_no,
      item.tenant,
      item.product_id,
      item.returned_at,
      item.reason,
      item.quantity,
      item.refund_usd,
      item.recorded_at,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id
    FROM shop.returns AS item
    JOIN shop.orders AS purchase ON purchase.order_id = item.order_id
  ) as returns
),
refunds_totals as (
  select
    customers_rows.customer__country,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join customers_rows on returns_rows.customer_key = customers_rows.customer_key
  where (customers_rows.customer__region <> @p3 or customers_rows.customer__region is null)
  group by customers_rows.customer__country
),
orders_rows as (
  select
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p4
),
orders_totals as (
  select
    customers_rows.customer__country,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  where (customers_rows.customer__region <> @p5 or customers_rows.customer__region is null)
  group by customers_rows.customer__country
),
customers_rows_2 as (
  select
    customers.country as customer__country
  from shop.customers as customers
  where (customers.region <> @p6 or customers.region is null)
),
new_customers_totals as (
  select
    customer__country,
    count(*) as new_customers
  from customers_rows_2
  group by customer__country
),
mrr_monthly_rows as (
  select
    mrr_monthly.new_mrr_usd,
    mrr_monthly.customer_id as customer_key
  from (
    SELECT
      bridge.customer_id,
      bridge.tenant,
      bridge.mrr_month,
      bridge.opening_mrr_usd,
      bridge.new_mrr_usd,
      bridge.reactivation_mrr_usd,
      bridge.expansion_mrr_usd,
      bridge.contraction_mrr_usd,
      bridge.churned_mrr_usd,
      bridge.closing_mrr_usd,
      account.acquisition_channel,
      account.tier,
      account.industry,
      account.region
    FROM shop.mrr_monthly AS bridge
    LEFT JOIN shop.customers AS account ON account.customer_id = bridge.customer_id
  ) as mrr_monthly
),
new_mrr_totals as (
  select
    customers_rows.customer__country,
    sum(mrr_monthly_rows.new_mrr_usd) as new_mrr
  from mrr_monthly_rows
  left join customers_rows on mrr_monthly_rows.customer_key = customers_rows.customer_key
  where (customers_rows.customer__region <> @p7 or customers_rows.customer__region is null)
  group by customers_rows.customer__country
),
combined as (
  select
    customer__country,
    max(revenue) as revenue,
    max(refunds) as refunds,
    max(orders) as orders,
    max(new_customers) as new_customers,
    max(new_mrr) as new_mrr
  from (
    select customer__country, revenue, cast(null as int64) as refunds, cast(null as int64) as orders, cast(null as int64) as new_customers, cast(null as int64) as new_mrr
    from revenue_totals
    union all
    select customer__country, cast(null as int64) as revenue, refunds, cast(null as int64) as orders, cast(null as int64) as new_customers, cast(null as int64) as new_mrr
    from refunds_totals
    union all
    select customer__country, cast(null as int64) as revenue, cast(null as int64) as refunds, orders, cast(null as int64) as new_customers, cast(null as int64) as new_mrr
    from orders_totals
    union all
    select customer__country, cast(null as int64) as revenue, cast(null as int64) as refunds, cast(null as int64) as orders, new_customers, cast(null as int64) as new_mrr
    from new_customers_totals
    union all
    select customer__country, cast(null as int64) as revenue, cast(null as int64) as refunds, cast(null as int64) as orders, cast(null as int64) as new_customers, new_mrr
    from new_mrr_totals
  ) as stacked
  group by customer__country
)
select
  customer__country,
  revenue,
  refunds,
  orders,
  new_customers,
  new_mrr
from combined
order by customer__country asc nulls last
-- @p1 = "paid"
-- @p2 = "EMEA"
-- @p3 = "EMEA"
-- @p4 = "cancelled"
-- @p5 = "EMEA"
-- @p6 = "EMEA"
-- @p7 = "EMEA"
