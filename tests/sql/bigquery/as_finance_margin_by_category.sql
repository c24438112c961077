with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd - order_lines.quantity * order_lines.unit_cost_usd as gross_profit_input,
    order_lines.product_id as product_key,
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input
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
  where (order_lines.tenant = @p1
      and order_lines.order_status = @p2)
),
products_rows as (
  select
    products.category as product__category,
    products.product_id as product_key
  from shop.products as products
  where (products.tenant = @p3)
),
order_lines_totals as (
  select
    products_rows.product__category,
    sum(order_lines_rows.gross_profit_input) as gross_profit,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join products_rows on order_lines_rows.product_key = products_rows.product_key
  group by products_rows.product__category
)
select
  product__category,
  gross_profit,
  cast(gross_profit as float64) / nullif(cast(revenue as float64), 0) as gross_margin
from order_lines_totals
order by product__category asc nulls last
-- @p1 = "contoso"
-- @p2 = "paid"
-- @p3 = "contoso"
