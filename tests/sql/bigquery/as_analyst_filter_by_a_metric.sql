with orders_rows as (
  select
    orders.customer_id as customer,
    orders.customer_id as customer_key
  from shop.orders as orders
  where (orders.tenant = @p1
      and orders.status <> @p2)
),
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
  where (customers.tenant = @p3)
),
orders_rows_2 as (
  select
    orders.customer_id as customer
  from shop.orders as orders
  where (orders.tenant = @p4
      and orders.status <> @p5)
),
orders_2_totals as (
  select
    customer,
    count(*) as orders_2
  from orders_rows_2
  group by customer
),
computed as (
  select
    customer,
    orders_2 as orders_per_customer
  from orders_2_totals
),
orders_totals as (
  select
    customers_rows.customer__segment,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  left join computed on orders_rows.customer = computed.customer
  where computed.orders_per_customer >= 4
  group by customers_rows.customer__segment
)
select
  customer__segment,
  orders
from orders_totals
order by customer__segment asc nulls last
-- @p1 = "contoso"
-- @p2 = "cancelled"
-- @p3 = "contoso"
-- @p4 = "contoso"
-- @p5 = "cancelled"
