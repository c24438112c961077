with orders_rows as (
  select
    orders.ordered_at,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
    and (orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC') and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC') or orders.ordered_at >= timestamp(cast(@p4 as datetime), 'UTC') and orders.ordered_at < timestamp(cast(@p5 as datetime), 'UTC'))
),
customers_rows as (
  select
    customers.country as customer__country,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    customers_rows.customer__country,
    nullif(count(case when orders_rows.ordered_at >= timestamp(cast(@p6 as datetime), 'UTC') and orders_rows.ordered_at < timestamp(cast(@p7 as datetime), 'UTC') then 1 end), 0) as orders,
    nullif(count(case when orders_rows.ordered_at >= timestamp(cast(@p8 as datetime), 'UTC') and orders_rows.ordered_at < timestamp(cast(@p9 as datetime), 'UTC') then 1 end), 0) as orders_2
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
computed as (
  select
    customer__country,
    orders,
    orders_2 as before,
    orders as gained__value,
    orders_2 as gained__previous
  from orders_totals
)
select
  customer__country,
  orders,
  before,
  gained__value - gained__previous as gained
from computed
order by customer__country asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2025-04-01"
-- @p3 = "2025-07-01"
-- @p4 = "2025-01-01"
-- @p5 = "2025-04-01"
-- @p6 = "2025-04-01"
-- @p7 = "2025-07-01"
-- @p8 = "2025-01-01"
-- @p9 = "2025-04-01"
