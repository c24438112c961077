with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd - order_lines.quantity * order_lines.unit_cost_usd as gross_profit_input,
    order_lines.order_id as order_key,
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
  where order_lines.order_status = @p1
),
orders_rows as (
  select
    orders.amount_usd = 0 as order__is_sample,
    orders.order_id as order_key
  from shop.orders as orders
),
order_lines_totals as (
  select
    orders_rows.order__is_sample,
    sum(order_lines_rows.gross_profit_input) as gross_profit,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join orders_rows on order_lines_rows.order_key = orders_rows.order_key
  group by orders_rows.order__is_sample
)
select
  order__is_sample,
  cast(gross_profit as float64) / nullif(cast(revenue as float64), 0) as gross_margin,
  gross_profit,
  revenue
from order_lines_totals
order by order__is_sample asc nulls last
-- @p1 = "paid"
