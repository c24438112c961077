with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.order_id as order_key
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
orders_rows as (
  select
    orders.channel as order__channel,
    orders.order_id as order_key
  from shop.orders as orders
),
revenue_totals as (
  select
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join orders_rows on order_lines_rows.order_key = orders_rows.order_key
  where orders_rows.order__channel = @p2
),
orders_rows_2 as (
  select
    orders.status as order__status,
    orders.customer_id
  from shop.orders as orders
  where orders.status <> @p3
    and orders.channel = @p4
),
orders_totals as (
  select
    nullif(count(*), 0) as orders,
    count(distinct customer_id) as active_customers,
    nullif(count(case when order__status = @p5 then 1 end), 0) as orders_2
  from orders_rows_2
),
combined as (
  select
    revenue_totals.revenue,
    orders_totals.orders,
    orders_totals.active_customers,
    orders_totals.orders_2
  from revenue_totals
  cross join orders_totals
)
select
  revenue,
  orders,
  active_customers,
  cast(revenue as float64) / nullif(cast(orders_2 as float64), 0) as average_order_value
from combined
-- @p1 = "paid"
-- @p2 = "carrier_pigeon"
-- @p3 = "cancelled"
-- @p4 = "carrier_pigeon"
-- @p5 = "paid"
