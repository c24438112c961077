with campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    campaign_spend.channel as acquisition_channel_key
  from shop.campaign_spend as campaign_spend
  where campaign_spend.spent_on >= cast(@p1 as date)
),
channels_rows as (
  select
    channels.label as acquisition_channel__label,
    channels.channel as acquisition_channel_key
  from (
    SELECT 'paid_search' AS channel, 'Paid search' AS label, TRUE AS is_paid
    UNION ALL SELECT 'paid_social', 'Paid social', TRUE
    UNION ALL SELECT 'email', 'Email', TRUE
    UNION ALL SELECT 'partner', 'Partner', TRUE
    UNION ALL SELECT 'organic', 'Organic', FALSE
    UNION ALL SELECT 'direct', 'Direct', FALSE
  ) as channels
),
marketing_spend_totals as (
  select
    channels_rows.acquisition_channel__label,
    sum(campaign_spend_rows.spend_usd) as marketing_spend
  from campaign_spend_rows
  left join channels_rows on campaign_spend_rows.acquisition_channel_key = channels_rows.acquisition_channel_key
  group by channels_rows.acquisition_channel__label
),
customers_rows as (
  select
    customers.acquisition_channel as acquisition_channel_key
  from shop.customers as customers
  where date(datetime(customers.signed_up_at, 'UTC')) >= cast(@p2 as date)
    and customers.signed_up_at >= timestamp(cast(@p3 as datetime), 'UTC')
),
new_customers_totals as (
  select
    channels_rows.acquisition_channel__label,
    count(*) as new_customers
  from customers_rows
  left join channels_rows on customers_rows.acquisition_channel_key = channels_rows.acquisition_channel_key
  group by channels_rows.acquisition_channel__label
),
combined as (
  select
    acquisition_channel__label,
    max(marketing_spend) as marketing_spend,
    max(new_customers) as new_customers
  from (
    select acquisition_channel__label, marketing_spend, cast(null as int64) as new_customers
    from marketing_spend_totals
    union all
    select acquisition_channel__label, cast(null as int64) as marketing_spend, new_customers
    from new_customers_totals
  ) as stacked
  group by acquisition_channel__label
)
select
  acquisition_channel__label,
  marketing_spend,
  new_customers,
  cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as customer_acquisition_cost
from combined
order by customer_acquisition_cost desc nulls first, acquisition_channel__label asc nulls last
-- @p1 = "2023-11-01"
-- @p2 = "2023-11-01"
-- @p3 = "2023-11-01T00:00:00"
