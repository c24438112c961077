with orders_rows as (
  select
    orders.customer_id as customer,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_rows_2 as (
  select
    orders.customer_id as customer
  from shop.orders as orders
  where orders.status <> @p4
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
  where computed.orders_per_customer >= 8
  group by customers_rows.customer__segment
)
select
  customer__segment,
  orders
from orders_totals
order by customer__segment asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-01-01"
-- @p3 = "2027-01-01"
-- @p4 = "cancelled"
