with orders_rows as (
  select
    orders.status as order__status,
    orders.customer_id as customer_key,
    orders.channel as order__channel
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
    count(*) as orders,
    nullif(count(case when orders_rows.order__channel = @p2 and orders_rows.order__status = @p3 then 1 end), 0) as orders_2
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
computed as (
  select
    customer__country,
    orders,
    orders_2 as from_partners,
    orders_2 as place__value
  from orders_totals
),
orders_windowed as (
  select
    customer__country,
    orders,
    from_partners,
    place__value,
    rank() over (order by place__value desc nulls last) as rank_of_place__value
  from computed
)
select
  customer__country,
  orders,
  from_partners,
  case when place__value is not null then rank_of_place__value else null end as place
from orders_windowed
order by customer__country asc nulls last
-- @p1 = "cancelled"
-- @p2 = "partner"
-- @p3 = "placed"
