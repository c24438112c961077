with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__day,
    count(*) as orders
  from orders_rows
  group by metric_time__day
)
select
  metric_time__day,
  orders
from orders_totals
order by metric_time__day asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-01-15"
-- @p3 = "2026-02-11"
