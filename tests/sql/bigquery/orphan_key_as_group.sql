with order_lines_rows as (
  select
    order_lines.quantity,
    order_lines.product_id as product,
    order_lines.product_id as product_key
  from (
    SELECT
      line.order_id,
      line.line_no,
      line.tenant,
      line.product_id,
      line.ordered_at,
      line.quantity,
      line.unit_price_usd,
      line.discount_usd,
      line.unit_cost_usd,
      purchase.status AS order_status,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id,
      buyer.acquisition_channel,
      buyer.tier,
      buyer.industry
    FROM shop.order_lines AS line
    JOIN shop.orders AS purchase ON purchase.order_id = line.order_id
    LEFT JOIN shop.customers AS buyer ON buyer.customer_id = purchase.customer_id
  ) as order_lines
  where order_lines.order_status = @p1
),
products_rows as (
  select
    products.sku as product__sku,
    products.product_id as product_key
  from shop.products as products
),
units_sold_totals as (
  select
    order_lines_rows.product,
    products_rows.product__sku,
    sum(order_lines_rows.quantity) as units_sold
  from order_lines_rows
  left join products_rows on order_lines_rows.product_key = products_rows.product_key
  where products_rows.product__sku is null
  group by order_lines_rows.product, products_rows.product__sku
)
select
  product,
  product__sku,
  units_sold
from units_sold_totals
order by product asc nulls last, product__sku asc nulls last
-- @p1 = "paid"
