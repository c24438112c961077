with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'America/New_York')) as metric_time__day
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'America/New_York')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'America/New_York')
),
orders_totals as (
  select
    metric_time__day,
    count(*) as orders
  from orders_rows
  group by metric_time__day
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'America/New_York')) as metric_time__day
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
  where order_lines.order_status = @p4
    and order_lines.ordered_at >= timestamp(cast(@p5 as datetime), 'America/New_York')
    and order_lines.ordered_at < timestamp(cast(@p6 as datetime), 'America/New_York')
),
revenue_totals as (
  select
    metric_time__day,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__day
),
combined as (
  select
    metric_time__day,
    max(orders) as orders,
    max(revenue) as revenue
  from (
    select metric_time__day, orders, cast(null as int64) as revenue
    from orders_totals
    union all
    select metric_time__day, cast(null as int64) as orders, revenue
    from revenue_totals
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  orders,
  revenue
from combined
order by metric_time__day asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-03-05"
-- @p3 = "2026-03-12"
-- @p4 = "paid"
-- @p5 = "2026-03-05"
-- @p6 = "2026-03-12"
