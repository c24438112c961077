with returns_rows as (
  select
    returns.refund_usd,
    returns.product_id as product_key
  from (
    SELECT
      item.return_id,
      item.order_id,
      item.line_no,
      item.tenant,
      item.product_id,
      item.returned_at,
      item.reason,
      item.quantity,
      item.refund_usd,
      item.recorded_at,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id
    FROM shop.returns AS item
    JOIN shop.orders AS purchase ON purchase.order_id = item.order_id
  ) as returns
),
products_rows as (
  select
    products.name as product__name,
    products.product_id as product_key
  from shop.products as products
),
refunds_totals as (
  select
    products_rows.product__name,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join products_rows on returns_rows.product_key = products_rows.product_key
  group by products_rows.product__name
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
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
revenue_totals as (
  select
    products_rows.product__name,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join products_rows on order_lines_rows.product_key = products_rows.product_key
  group by products_rows.product__name
),
combined as (
  select
    product__name,
    max(refunds) as refunds,
    max(revenue) as revenue
  from (
    select product__name, refunds, cast(null as int64) as revenue
    from refunds_totals
    union all
    select product__name, cast(null as int64) as refunds, revenue
    from revenue_totals
  ) as stacked
  group by product__name
)
select
  product__name,
  refunds,
  revenue
from combined
where refunds * 10 > revenue
order by product__name asc nulls last
-- @p1 = "paid"
