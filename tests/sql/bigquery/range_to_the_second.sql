with orders_rows as (
  select
    orders.ordered_at - (datetime(orders.ordered_at, 'UTC') - datetime_trunc(datetime(orders.ordered_at, 'UTC'), hour)) as order__ordered_at__hour
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    order__ordered_at__hour,
    count(*) as orders
  from orders_rows
  group by order__ordered_at__hour
)
select
  order__ordered_at__hour,
  orders
from orders_totals
order by order__ordered_at__hour asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-03-08 06:00:00"
-- @p3 = "2026-03-08 12:00:00"
