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
