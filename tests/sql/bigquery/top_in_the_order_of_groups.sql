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
),
customers_windowed as (
  select
    customer__country,
    customer__industry,
    new_customers,
    row_number() over (partition by customer__country order by customer__industry asc nulls last) as place
  from new_customers_totals
)
select
  customer__country,
  customer__industry,
  new_customers
from customers_windowed
where place <= 1
order by customer__country asc nulls last, customer__industry asc nulls last
