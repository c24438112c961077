with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.channel as order__channel
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__month,
    order__channel,
    count(*) as orders
  from orders_rows
  group by metric_time__month, order__channel
),
orders_windowed as (
  select
    metric_time__month,
    order__channel,
    orders,
    row_number() over (partition by metric_time__month order by orders desc nulls last, order__channel asc nulls last) as place
  from orders_totals
)
select
  metric_time__month,
  order__channel,
  orders
from orders_windowed
where place <= 2
order by metric_time__month asc nulls last, orders desc nulls first, order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2025-01-01"
-- @p3 = "2026-01-01"
