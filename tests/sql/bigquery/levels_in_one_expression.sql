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
  where customers_rows.customer__region = @p2
  group by customers_rows.customer__country
),
orders_rows as (
  select
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p3
),
orders_totals as (
  select
    customers_rows.customer__country,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  where customers_rows.customer__region = @p4
  group by customers_rows.customer__country
),
combined as (
  select
    customer__country,
    max(revenue) as revenue,
    max(orders) as orders
  from (
    select customer__country, revenue, cast(null as int64) as orders
    from revenue_totals
    union all
    select customer__country, cast(null as int64) as revenue, orders
    from orders_totals
  ) as stacked
  group by customer__country
)
select
  customer__country,
  revenue,
  orders
from combined
where revenue > 50000
  and orders < 1000
order by customer__country asc nulls last
-- @p1 = "paid"
-- @p2 = "EMEA"
-- @p3 = "cancelled"
-- @p4 = "EMEA"
