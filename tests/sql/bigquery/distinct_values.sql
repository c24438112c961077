with customers_rows as (
  select
    customers.region as customer__region,
    customers.country as customer__country
  from shop.customers as customers
),
customers_distinct as (
  select
    customer__region,
    customer__country
  from customers_rows
  group by customer__region, customer__country
)
select
  customer__region,
  customer__country
from customers_distinct
order by customer__region asc nulls last, customer__country asc nulls last
