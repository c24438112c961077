with orders_rows as (
  select
    orders.customer_id as customer_key
  from shop.orders as orders
  where (orders.tenant = @p1
      and orders.status <> @p2)
),
customers_rows as (
  select
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
  where (customers.tenant = @p3)
),
orders_totals as (
  select
    customers_rows.customer__region,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__region
),
order_lines_rows as (
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
  where (order_lines.tenant = @p4
      and order_lines.order_status = @p5)
),
revenue_totals as (
  select
    customers_rows.customer__region,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__region
),
combined as (
  select
    customer__region,
    max(orders) as orders,
    max(revenue) as revenue
  from (
    select customer__region, orders, cast(null as int64) as revenue
    from orders_totals
    union all
    select customer__region, cast(null as int64) as orders, revenue
    from revenue_totals
  ) as stacked
  group by customer__region
)
select
  customer__region,
  orders,
  revenue
from combined
order by customer__region asc nulls last
-- @p1 = "northwind"
-- @p2 = "cancelled"
-- @p3 = "northwind"
-- @p4 = "northwind"
-- @p5 = "paid"
