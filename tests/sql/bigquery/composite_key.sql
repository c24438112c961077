with returns_rows as (
  select
    returns.refund_usd,
    returns.order_id as line_key_1,
    returns.line_no as line_key_2
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
order_lines_rows as (
  select
    order_lines.order_status as line__order_status,
    order_lines.order_id as line_key_1,
    order_lines.line_no as line_key_2,
    order_lines.customer_id as line__customer_key
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
),
customers_rows as (
  select
    customers.region as line__customer__region,
    customers.customer_id as line__customer_key
  from shop.customers as customers
),
refunds_totals as (
  select
    order_lines_rows.line__order_status,
    customers_rows.line__customer__region,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join order_lines_rows on returns_rows.line_key_1 = order_lines_rows.line_key_1 and returns_rows.line_key_2 = order_lines_rows.line_key_2
  left join customers_rows on order_lines_rows.line__customer_key = customers_rows.line__customer_key
  group by order_lines_rows.line__order_status, customers_rows.line__customer__region
)
select
  line__order_status,
  line__customer__region,
  refunds
from refunds_totals
order by line__order_status asc nulls last, line__customer__region asc nulls last
