with orders_rows as (
  select
    orders.channel as order__channel,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
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
    orders_rows.order__channel,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country, orders_rows.order__channel
),
computed as (
  select
    customer__country,
    order__channel,
    orders,
    orders as share__value,
    orders as place__value
  from orders_totals
),
orders_rows_2 as (
  select
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p2
),
orders_totals_2 as (
  select
    customers_rows.customer__country,
    count(*) as orders
  from orders_rows_2
  left join customers_rows on orders_rows_2.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
computed_2 as (
  select
    customer__country,
    orders as share__total
  from orders_totals_2
),
computed_3 as (
  select
    customer__country as customer__country_of_total,
    share__total
  from computed_2
),
orders_windowed as (
  select
    computed.customer__country,
    computed.order__channel,
    computed.orders,
    computed.share__value,
    computed.place__value,
    computed_3.share__total,
    rank() over (partition by computed.customer__country order by computed.place__value desc nulls last) as rank_of_place__value
  from computed
  left join computed_3 on coalesce(cast(computed.customer__country as string), '') = coalesce(cast(computed_3.customer__country_of_total as string), '') and (computed.customer__country is null) = (computed_3.customer__country_of_total is null)
)
select
  customer__country,
  order__channel,
  orders,
  cast(share__value as float64) / nullif(cast(share__total as float64), 0) as share,
  case when place__value is not null then rank_of_place__value else null end as place
from orders_windowed
order by customer__country asc nulls last, order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "cancelled"
