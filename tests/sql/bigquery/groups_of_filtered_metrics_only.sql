with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day,
    orders.channel as order__channel
  from shop.orders as orders
  where orders.currency = @p1
    and orders.status <> @p2
    and (orders.channel = @p3 or orders.channel = @p4)
),
orders_totals as (
  select
    metric_time__day,
    nullif(count(case when order__channel = @p5 then 1 end), 0) as orders,
    nullif(count(case when order__channel = @p6 then 1 end), 0) as orders_2
  from orders_rows
  group by metric_time__day
)
select
  metric_time__day,
  orders as partner_orders,
  orders_2 as email_orders
from orders_totals
order by metric_time__day asc nulls last
-- @p1 = "GBP"
-- @p2 = "cancelled"
-- @p3 = "partner"
-- @p4 = "email"
-- @p5 = "partner"
-- @p6 = "email"
