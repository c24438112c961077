with orders_rows as (
  select
    orders.ordered_at - (datetime(orders.ordered_at, 'Europe/Berlin') - datetime_trunc(datetime(orders.ordered_at, 'Europe/Berlin'), hour)) as metric_time__hour
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'Europe/Berlin')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'Europe/Berlin')
),
orders_totals as (
  select
    metric_time__hour,
    count(*) as orders
  from orders_rows
  group by metric_time__hour
)
select
  metric_time__hour,
  orders
from orders_totals
order by metric_time__hour asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-10-25"
-- @p3 = "2026-10-26"
