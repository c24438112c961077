with order_lines_rows as (
  select
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
revenue_totals as (
  select
    sum(revenue_input) as revenue
  from order_lines_rows
),
returns_rows as (
  select
    returns.refund_usd
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
refunds_totals as (
  select
    sum(refund_usd) as refunds
  from returns_rows
),
payments_rows as (
  select
    payments.amount_usd
  from shop.payments as payments
),
cash_collected_totals as (
  select
    sum(amount_usd) as cash_collected
  from payments_rows
),
sessions_rows as (
  select
    1 as one
  from (
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
  ) as sessions
),
sessions_totals as (
  select
    nullif(count(*), 0) as sessions
  from sessions_rows
),
campaign_spend_rows as (
  select
    campaign_spend.spend_usd
  from shop.campaign_spend as campaign_spend
),
marketing_spend_totals as (
  select
    sum(spend_usd) as marketing_spend
  from campaign_spend_rows
),
customers_rows as (
  select
    1 as one
  from shop.customers as customers
),
new_customers_totals as (
  select
    nullif(count(*), 0) as new_customers
  from customers_rows
),
combined as (
  select
    revenue_totals.revenue,
    refunds_totals.refunds,
    cash_collected_totals.cash_collected,
    sessions_totals.sessions,
    marketing_spend_totals.marketing_spend,
    new_customers_totals.new_customers
  from revenue_totals
  cross join refunds_totals
  cross join cash_collected_totals
  cross join sessions_totals
  cross join marketing_spend_totals
  cross join new_customers_totals
)
select
  revenue,
  refunds,
  cash_collected,
  sessions,
  marketing_spend,
  new_customers
from combined
-- @p1 = "paid"
