SELECT
  session_id,
  min(tenant) AS tenant,
  min(visitor_id) AS visitor_id,
  max(customer_id) AS customer_id,
  min(channel) AS channel,
  min(device) AS device,
  min(event_at) AS started_at,
  max(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END) = 1 AS has_purchase
FROM shop.events
GROUP BY session_id
