with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as order__ordered_at__day
  from shop.orders as orders
),
orders_totals as (
  select
    min(order__ordered_at__day) as order__ordered_at__day__min,
    max(order__ordered_at__day) as order__ordered_at__day__max
  from orders_rows
)
select
  order__ordered_at__day__min,
  order__ordered_at__day__max
from orders_totals
