with orders_rows as (
  select
    orders.channel as order__channel,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
    and regexp_contains(orders.channel, @p2)
),
customers_rows as (
  select
    customers.country as customer__country,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    orders_rows.order__channel,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  where regexp_contains(customers_rows.customer__country, @p3)
  group by orders_rows.order__channel
)
select
  order__channel,
  orders
from orders_totals
order by order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "^paid_[0-9A-Z_a-z]+$"
-- @p3 = "^(?:[^DF][^\\n]|D[^E]|F[^R])$"
