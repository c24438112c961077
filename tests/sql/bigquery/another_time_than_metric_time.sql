with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.recorded_at, 'UTC'), month)) as order__recorded_at__month,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    order__recorded_at__month,
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by order__recorded_at__month, metric_time__month
)
select
  order__recorded_at__month,
  metric_time__month,
  orders
from orders_totals
order by order__recorded_at__month asc nulls last, metric_time__month asc nulls last
-- @p1 = "cancelled"
