with customers_rows as (
  select
    customers.country as customer__country,
    customers.industry as customer__industry
  from shop.customers as customers
),
new_customers_totals as (
  select
    customer__country,
    customer__industry,
    count(*) as new_customers
  from customers_rows
  group by customer__country, customer__industry
)
select
  customer__country,
  customer__industry,
  new_customers
from new_customers_totals
order by new_customers desc nulls first, customer__country asc nulls last, customer__industry asc nulls last
limit 26
offset 10
