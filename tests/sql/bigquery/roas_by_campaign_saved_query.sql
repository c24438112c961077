with campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    campaign_spend.campaign_id as campaign_key
  from shop.campaign_spend as campaign_spend
),
campaigns_rows as (
  select
    campaigns.name as campaign__name,
    campaigns.channel as campaign__channel,
    campaigns.campaign_id as campaign_key
  from shop.campaigns as campaigns
),
marketing_spend_totals as (
  select
    campaigns_rows.campaign__name,
    campaigns_rows.campaign__channel,
    sum(campaign_spend_rows.spend_usd) as marketing_spend
  from campaign_spend_rows
  left join campaigns_rows on campaign_spend_rows.campaign_key = campaigns_rows.campaign_key
  where campaigns_rows.campaign__name is not null
  group by campaigns_rows.campaign__name, campaigns_rows.campaign__channel
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.campaign_id as campaign_key
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
  where order_lines.campaign_id is not null
    and order_lines.order_status = @p1
),
revenue_totals as (
  select
    campaigns_rows.campaign__name,
    campaigns_rows.campaign__channel,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join campaigns_rows on order_lines_rows.campaign_key = campaigns_rows.campaign_key
  where campaigns_rows.campaign__name is not null
  group by campaigns_rows.campaign__name, campaigns_rows.campaign__channel
),
combined as (
  select
    campaign__name,
    campaign__channel,
    max(marketing_spend) as marketing_spend,
    max(revenue) as revenue
  from (
    select campaign__name, campaign__channel, marketing_spend, cast(null as int64) as revenue
    from marketing_spend_totals
    union all
    select campaign__name, campaign__channel, cast(null as int64) as marketing_spend, revenue
    from revenue_totals
  ) as stacked
  group by campaign__name, campaign__channel
)
select
  campaign__name,
  campaign__channel,
  marketing_spend,
  cast(revenue as float64) / nullif(cast(marketing_spend as float64), 0) as roas
from combined
order by roas desc nulls first, campaign__name asc nulls last, campaign__channel asc nulls last
limit 11
-- @p1 = "paid"
