with products_rows as (
  select
    products.name as product__name
  from shop.products as products
)
select
  product__name
from products_rows
order by product__name asc nulls last
