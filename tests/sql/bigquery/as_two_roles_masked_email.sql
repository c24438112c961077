with orders_rows as (
  select
    orders.status as order__status,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    case when customers.tenant = @p2 and customers.region in (@p3) then @p4 else cast(null as string) end as customer__email,
    customers.customer_id as customer_key
  from shop.customers as customers
  where (customers.tenant = @p5 and customers.region in (@p6))
),
orders_totals as (
  select
    customers_rows.customer__email,
    orders_rows.order__status,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__email, orders_rows.order__status
)
select
  customer__email,
  order__status,
  orders
from orders_totals
order by customer__email asc nulls last, order__status asc nulls last
-- @p1 = "cancelled"
-- @p2 = "northwind"
-- @p3 = "EMEA"
-- @p4 = "hidden"
-- @p5 = "northwind"
-- @p6 = "EMEA"
