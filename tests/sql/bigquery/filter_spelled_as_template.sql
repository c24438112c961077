with orders_rows as (
  select
    orders.channel as order__channel,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
    and date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) >= cast(@p2 as date)
    and orders.ordered_at >= timestamp(cast(@p3 as datetime), 'UTC')
    and (mod(extract(dayofweek from datetime(orders.ordered_at, 'UTC')) + 5, 7) + 1) <= 5
),
customers_rows as (
  select
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    orders_rows.order__channel,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  where customers_rows.customer__region = @p4
  group by orders_rows.order__channel
)
select
  order__channel,
  orders
from orders_totals
order by order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-01-01"
-- @p3 = "2026-01-01T00:00:00"
-- @p4 = "APAC"
