with order_lines_rows as (
  select
    order_lines.quantity,
    date(datetime(order_lines.ordered_at, 'UTC')) as metric_time__day
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
    and order_lines.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
units_sold_totals as (
  select
    metric_time__day,
    sum(quantity) as units_sold
  from order_lines_rows
  group by metric_time__day
),
orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day
  from shop.orders as orders
  where orders.status = @p4
    and orders.status <> @p5
    and orders.ordered_at >= timestamp(cast(@p6 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p7 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__day,
    count(*) as orders
  from orders_rows
  group by metric_time__day
),
combined as (
  select
    metric_time__day,
    max(units_sold) as units_sold,
    max(orders) as orders
  from (
    select metric_time__day, units_sold, cast(null as int64) as orders
    from units_sold_totals
    union all
    select metric_time__day, cast(null as int64) as units_sold, orders
    from orders_totals
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  cast(units_sold as float64) / nullif(cast(orders as float64), 0) as units_per_order,
  units_sold,
  orders as paid_orders
from combined
order by metric_time__day asc nulls last
-- @p1 = "paid"
-- @p2 = "2026-05-01"
-- @p3 = "2026-06-01"
-- @p4 = "paid"
-- @p5 = "cancelled"
-- @p6 = "2026-05-01"
-- @p7 = "2026-06-01"
