with products_rows as (
  select
    products.category as product__category,
    products.name as product__name
  from shop.products as products
  where (products.category = @p1 or products.category = @p2)
),
products_distinct as (
  select
    product__category,
    product__name
  from products_rows
  group by product__category, product__name
)
select
  product__category,
  product__name
from products_distinct
order by product__name desc nulls first, product__category asc nulls last
limit 21
-- @p1 = "audio"
-- @p2 = "storage"
