with campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    campaign_spend.campaign_id as campaign_key
  from shop.campaign_spend as campaign_spend
),
campaigns_rows as (
  select
    campaigns.objective as campaign__objective,
    campaigns.campaign_id as campaign_key
  from shop.campaigns as campaigns
),
marketing_spend_totals as (
  select
    campaigns_rows.campaign__objective,
    sum(campaign_spend_rows.spend_usd) as marketing_spend
  from campaign_spend_rows
  left join campaigns_rows on campaign_spend_rows.campaign_key = campaigns_rows.campaign_key
  group by campaigns_rows.campaign__objective
),
customers_rows as (
  select
    customers.campaign_id as campaign_key
  from shop.customers as customers
),
new_customers_totals as (
  select
    campaigns_rows.campaign__objective,
    count(*) as new_customers
  from customers_rows
  left join campaigns_rows on customers_rows.campaign_key = campaigns_rows.campaign_key
  group by campaigns_rows.campaign__objective
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
    campaigns_rows.campaign__objective,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join campaigns_rows on order_lines_rows.campaign_key = campaigns_rows.campaign_key
  group by campaigns_rows.campaign__objective
),
combined as (
  select
    campaign__objective,
    max(marketing_spend) as marketing_spend,
    max(new_customers) as new_customers,
    max(revenue) as revenue
  from (
    select campaign__objective, marketing_spend, cast(null as int64) as new_customers, cast(null as int64) as revenue
    from marketing_spend_totals
    union all
    select campaign__objective, cast(null as int64) as marketing_spend, new_customers, cast(null as int64) as revenue
    from new_customers_totals
    union all
    select campaign__objective, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers, revenue
    from revenue_totals
  ) as stacked
  group by campaign__objective
)
select
  campaign__objective,
  marketing_spend,
  new_customers,
  cast(revenue as float64) / nullif(cast(marketing_spend as float64), 0) as roas
from combined
order by campaign__objective asc nulls last
-- @p1 = "paid"
