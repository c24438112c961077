with orders_rows as (
  select
    orders.channel as order__channel,
    orders.customer_id as customer_key,
    orders.customer_id
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    customers.region as customer__region,
    customers.country as customer__country,
    customers.customer_id as customer_key
  from shop.customers as customers
),
customers_rows_2 as (
  select
    customers.country as customer__country,
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    customers_rows_2.customer__country,
    count(*) as orders,
    count(distinct orders_rows.customer_id) as active_customers
  from orders_rows
  left join customers_rows_2 on orders_rows.customer_key = customers_rows_2.customer_key
  where (customers_rows_2.customer__region is null or orders_rows.order__channel = @p2)
  group by customers_rows_2.customer__country
),
orders_windowed as (
  select
    customer__country,
    orders,
    active_customers,
    row_number() over (order by orders desc nulls last, customer__country asc nulls last) as place
  from orders_totals
),
orders_answer as (
  select
    customer__country,
    orders,
    active_customers
  from orders_windowed
  where place <= 1
  order by customer__country asc nulls last
),
computed as (
  select
    customer__country as customer__country_of_group,
    1 as is_of_group
  from orders_answer
),
orders_totals_2 as (
  select
    nullif(count(*), 0) as orders,
    count(distinct orders_rows.customer_id) as active_customers
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  left join computed on coalesce(cast(customers_rows.customer__country as string), '') = coalesce(cast(computed.customer__country_of_group as string), '') and (customers_rows.customer__country is null) = (computed.customer__country_of_group is null)
  where (customers_rows.customer__region is null or orders_rows.order__channel = @p3)
    and computed.is_of_group is null
)
select
  orders,
  active_customers
from orders_totals_2
where (orders is not null or active_customers is not null)
-- @p1 = "cancelled"
-- @p2 = "partner"
-- @p3 = "partner"
