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
