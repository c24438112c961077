with orders_rows as (
  select
    1 as one
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
),
orders_totals as (
  select
    nullif(count(*), 0) as orders
  from orders_rows
),
campaign_spend_rows as (
  select
    campaign_spend.spend_usd
  from shop.campaign_spend as campaign_spend
  where campaign_spend.spent_on >= cast(@p3 as date)
),
marketing_spend_totals as (
  select
    sum(spend_usd) as marketing_spend
  from campaign_spend_rows
),
combined as (
  select
    orders_totals.orders,
    marketing_spend_totals.marketing_spend
  from orders_totals
  cross join marketing_spend_totals
)
select
  orders,
  marketing_spend
from combined
-- @p1 = "cancelled"
-- @p2 = "2026-08-15"
-- @p3 = "2026-08-15"
