with orders_rows as (
  select
    orders.customer_id,
    orders.channel as order__channel
  from shop.orders as orders
  where orders.status <> @p1
),
active_customers_totals as (
  select
    order__channel,
    count(distinct customer_id) as active_customers
  from orders_rows
  group by order__channel
),
computed as (
  select
    order__channel,
    active_customers,
    active_customers as share__value
  from active_customers_totals
),
orders_rows_2 as (
  select
    orders.customer_id
  from shop.orders as orders
  where orders.status <> @p2
),
active_customers_totals_2 as (
  select
    count(distinct customer_id) as active_customers
  from orders_rows_2
),
computed_2 as (
  select
    active_customers as share__total
  from active_customers_totals_2
),
computed_3 as (
  select
    share__total
  from computed_2
),
computed_4 as (
  select
    computed.order__channel,
    computed.active_customers,
    cast(computed.share__value as float64) / nullif(cast(computed_3.share__total as float64), 0) as share
  from computed
  cross join computed_3
)
select
  order__channel,
  active_customers,
  share
from computed_4
where active_customers > 100
order by order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "cancelled"
