with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__day,
    count(*) as orders
  from orders_rows
  group by metric_time__day
),
orders_rows_2 as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day,
    orders.customer_id as customer_key,
    orders.customer_id
  from shop.orders as orders
  where orders.currency = @p4
    and orders.status <> @p5
    and orders.ordered_at >= timestamp(cast(@p6 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p7 as datetime), 'UTC')
),
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals_2 as (
  select
    orders_rows_2.metric_time__day,
    count(*) as orders_2,
    count(distinct orders_rows_2.customer_id) as active_customers
  from orders_rows_2
  left join customers_rows on orders_rows_2.customer_key = customers_rows.customer_key
  where customers_rows.customer__segment = @p8
  group by orders_rows_2.metric_time__day
),
combined as (
  select
    metric_time__day,
    max(orders) as orders,
    max(orders_2) as orders_2,
    max(active_customers) as active_customers
  from (
    select metric_time__day, orders, cast(null as int64) as orders_2, cast(null as int64) as active_customers
    from orders_totals
    union all
    select metric_time__day, cast(null as int64) as orders, orders_2, active_customers
    from orders_totals_2
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  orders,
  orders_2 as large_orders,
  active_customers as large_buyers
from combined
order by metric_time__day asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-04-01"
-- @p3 = "2026-06-01"
-- @p4 = "GBP"
-- @p5 = "cancelled"
-- @p6 = "2026-04-01"
-- @p7 = "2026-06-01"
-- @p8 = "enterprise"
