with customers_rows as (
  select
    customers.country as customer__country
  from shop.customers as customers
),
customers_totals as (
  select
    min(customer__country) as customer__country__min,
    max(customer__country) as customer__country__max
  from customers_rows
)
select
  customer__country__min,
  customer__country__max
from customers_totals
