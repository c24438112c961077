with orders_rows as (
  select
    orders.status as order__status
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    order__status,
    count(*) as orders
  from orders_rows
  group by order__status
)
select
  order__status,
  orders
from orders_totals
order by order__status asc nulls last
limit 1
-- @p1 = "cancelled"
