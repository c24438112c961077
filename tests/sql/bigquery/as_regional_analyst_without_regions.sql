with orders_rows as (
  select
    orders.customer_id as customer_key
  from shop.orders as orders
  where (orders.tenant = @p1 and false
      and orders.status <> @p2)
),
customers_rows as (
  select
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
  where (customers.tenant = @p3 and false)
),
orders_totals as (
  select
    customers_rows.customer__region,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__region
)
select
  customer__region,
  orders
from orders_totals
order by customer__region asc nulls last
-- @p1 = "northwind"
-- @p2 = "cancelled"
-- @p3 = "northwind"
