with campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    campaign_spend.tier,
    campaign_spend.industry
  from shop.campaign_spend as campaign_spend
),
marketing_spend_totals as (
  select
    tier,
    industry,
    sum(spend_usd) as marketing_spend
  from campaign_spend_rows
  group by tier, industry
),
customers_rows as (
  select
    customers.tier,
    customers.industry
  from shop.customers as customers
),
new_customers_totals as (
  select
    tier,
    industry,
    count(*) as new_customers
  from customers_rows
  group by tier, industry
),
combined as (
  select
    tier,
    industry,
    max(marketing_spend) as marketing_spend,
    max(new_customers) as new_customers
  from (
    select tier, industry, marketing_spend, cast(null as int64) as new_customers
    from marketing_spend_totals
    union all
    select tier, industry, cast(null as int64) as marketing_spend, new_customers
    from new_customers_totals
  ) as stacked
  group by tier, industry
)
select
  tier,
  industry,
  marketing_spend,
  new_customers,
  cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as customer_acquisition_cost
from combined
order by tier asc nulls last, industry asc nulls last
