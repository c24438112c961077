with orders_rows as (
  select
    orders.channel as order__channel
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    order__channel,
    count(*) as orders
  from orders_rows
  group by order__channel
)
select
  order__channel,
  orders
from orders_totals
order by order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-01-01"
-- @p3 = "2026-11-01"
