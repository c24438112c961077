with orders_rows as (
  select
    orders.channel as order__channel
  from shop.orders as orders
  where (orders.tenant = @p1 and orders.region in (@p2)
      and orders.status <> @p3)
),
orders_totals as (
  select
    order__channel,
    count(*) as orders
  from orders_rows
  group by order__channel
),
computed as (
  select
    order__channel,
    orders,
    orders as share__value,
    orders as place__value
  from orders_totals
),
orders_rows_2 as (
  select
    1 as one
  from shop.orders as orders
  where (orders.tenant = @p4 and orders.region in (@p5)
      and orders.status <> @p6)
),
orders_totals_2 as (
  select
    nullif(count(*), 0) as orders
  from orders_rows_2
),
computed_2 as (
  select
    orders as share__total
  from orders_totals_2
),
computed_3 as (
  select
    share__total
  from computed_2
),
orders_windowed as (
  select
    computed.order__channel,
    computed.orders,
    computed.share__value,
    computed.place__value,
    computed_3.share__total,
    rank() over (order by computed.place__value desc nulls last) as rank_of_place__value
  from computed
  cross join computed_3
)
select
  order__channel,
  orders,
  cast(share__value as float64) / nullif(cast(share__total as float64), 0) as share,
  case when place__value is not null then rank_of_place__value else null end as place
from orders_windowed
order by order__channel asc nulls last
-- @p1 = "northwind"
-- @p2 = "EMEA"
-- @p3 = "cancelled"
-- @p4 = "northwind"
-- @p5 = "EMEA"
-- @p6 = "cancelled"
