with orders_rows as (
  select
    orders.status as order__status,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
    and orders.channel like @p2
),
customers_rows as (
  select
    customers.country as customer__country,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    orders_rows.order__status,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  where not customers_rows.customer__country in (@p3, @p4)
  group by orders_rows.order__status
)
select
  order__status,
  orders
from orders_totals
order by order__status asc nulls last
-- @p1 = "cancelled"
-- @p2 = "paid%"
-- @p3 = "DE"
-- @p4 = "FR"
