with orders_rows as (
  select
    orders.status as order__status,
    orders.customer_id
  from shop.orders as orders
  where orders.status <> @p1
    and orders.channel = @p2
),
orders_totals as (
  select
    order__status,
    count(*) as orders,
    count(distinct customer_id) as active_customers
  from orders_rows
  group by order__status
)
select
  order__status,
  orders,
  active_customers
from orders_totals
order by order__status asc nulls last
-- @p1 = "cancelled"
-- @p2 = "carrier_pigeon"
