with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), isoweek)) as metric_time__week
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    metric_time__week,
    count(*) as orders
  from orders_rows
  group by metric_time__week
)
select
  metric_time__week,
  orders
from orders_totals
order by metric_time__week asc nulls last
-- @p1 = "cancelled"
