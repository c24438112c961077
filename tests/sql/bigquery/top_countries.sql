with orders_rows as (
  select
    orders.customer_id,
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
    count(distinct orders_rows.customer_id) as active_customers,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
computed as (
  select
    customer__country,
    active_customers,
    active_customers as place__value,
    orders as share__value
  from orders_totals
),
orders_windowed as (
  select
    customer__country,
    active_customers,
    place__value,
    share__value,
    rank() over (order by place__value desc nulls last) as rank_of_place__value
  from computed
),
orders_rows_2 as (
  select
    1 as one
  from shop.orders as orders
  where orders.status <> @p2
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
computed_4 as (
  select
    orders_windowed.customer__country,
    orders_windowed.active_customers,
    case when orders_windowed.place__value is not null then orders_windowed.rank_of_place__value else null end as place,
    cast(orders_windowed.share__value as float64) / nullif(cast(computed_3.share__total as float64), 0) as share
  from orders_windowed
  cross join computed_3
),
orders_windowed_2 as (
  select
    customer__country,
    active_customers,
    place,
    share,
    row_number() over (order by active_customers desc nulls last, customer__country asc nulls last) as place_2
  from computed_4
)
select
  customer__country,
  active_customers,
  place,
  share
from orders_windowed_2
where place_2 <= 3
order by active_customers desc nulls first, customer__country asc nulls last
-- @p1 = "cancelled"
-- @p2 = "cancelled"
