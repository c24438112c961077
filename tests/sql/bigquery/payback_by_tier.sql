with campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    campaign_spend.tier as tier_key
  from shop.campaign_spend as campaign_spend
  where campaign_spend.spent_on >= cast(@p1 as date)
    and campaign_spend.spent_on < cast(@p2 as date)
),
tiers_rows as (
  select
    tiers.label as tier__label,
    tiers.tier as tier_key
  from (
    SELECT 'strategic' AS tier, 'Strategic' AS label, TRUE AS has_account_manager
    UNION ALL SELECT 'growth', 'Growth', TRUE
    UNION ALL SELECT 'core', 'Core', FALSE
  ) as tiers
),
marketing_spend_totals as (
  select
    tiers_rows.tier__label,
    sum(campaign_spend_rows.spend_usd) as marketing_spend
  from campaign_spend_rows
  left join tiers_rows on campaign_spend_rows.tier_key = tiers_rows.tier_key
  group by tiers_rows.tier__label
),
customers_rows as (
  select
    customers.tier as tier_key
  from shop.customers as customers
  where customers.signed_up_at >= timestamp(cast(@p3 as datetime), 'UTC')
    and customers.signed_up_at < timestamp(cast(@p4 as datetime), 'UTC')
),
new_customers_totals as (
  select
    tiers_rows.tier__label,
    count(*) as new_customers
  from customers_rows
  left join tiers_rows on customers_rows.tier_key = tiers_rows.tier_key
  group by tiers_rows.tier__label
),
mrr_monthly_rows as (
  select
    mrr_monthly.closing_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as account_month__mrr_month__month,
    mrr_monthly.customer_id as customer,
    mrr_monthly.tier as tier_key
  from (
    SELECT
      bridge.customer_id,
      bridge.tenant,
      bridge.mrr_month,
      bridge.opening_mrr_usd,
      bridge.new_mrr_usd,
      bridge.reactivation_mrr_usd,
      bridge.expansion_mrr_usd,
      bridge.contraction_mrr_usd,
      bridge.churned_mrr_usd,
      bridge.closing_mrr_usd,
      account.acquisition_channel,
      account.tier,
      account.industry,
      account.region
    FROM shop.mrr_monthly AS bridge
    LEFT JOIN shop.customers AS account ON account.customer_id = bridge.customer_id
  ) as mrr_monthly
  where mrr_monthly.mrr_month >= cast(@p5 as date)
    and mrr_monthly.mrr_month < cast(@p6 as date)
),
mrr_monthly_windowed as (
  select
    mrr_monthly_rows.closing_mrr_usd,
    mrr_monthly_rows.account_month__mrr_month__month,
    mrr_monthly_rows.customer,
    tiers_rows.tier__label,
    max(mrr_monthly_rows.account_month__mrr_month__month) over (partition by mrr_monthly_rows.customer) as last_date
  from mrr_monthly_rows
  left join tiers_rows on mrr_monthly_rows.tier_key = tiers_rows.tier_key
),
mrr_totals as (
  select
    tier__label,
    sum(closing_mrr_usd) as mrr
  from mrr_monthly_windowed
  where account_month__mrr_month__month = last_date
  group by tier__label
),
mrr_monthly_rows_2 as (
  select
    mrr_monthly.closing_mrr_usd > 0 as paying_customers_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as account_month__mrr_month__month,
    mrr_monthly.customer_id as customer,
    mrr_monthly.tier as tier_key
  from (
    SELECT
      bridge.customer_id,
      bridge.tenant,
      bridge.mrr_month,
      bridge.opening_mrr_usd,
      bridge.new_mrr_usd,
      bridge.reactivation_mrr_usd,
      bridge.expansion_mrr_usd,
      bridge.contraction_mrr_usd,
      bridge.churned_mrr_usd,
      bridge.closing_mrr_usd,
      account.acquisition_channel,
      account.tier,
      account.industry,
      account.region
    FROM shop.mrr_monthly AS bridge
    LEFT JOIN shop.customers AS account ON account.customer_id = bridge.customer_id
  ) as mrr_monthly
  where mrr_monthly.mrr_month >= cast(@p7 as date)
    and mrr_monthly.mrr_month < cast(@p8 as date)
),
mrr_monthly_windowed_2 as (
  select
    mrr_monthly_rows_2.paying_customers_input,
    mrr_monthly_rows_2.account_month__mrr_month__month,
    mrr_monthly_rows_2.customer,
    tiers_rows.tier__label,
    max(mrr_monthly_rows_2.account_month__mrr_month__month) over (partition by mrr_monthly_rows_2.customer) as last_date_2
  from mrr_monthly_rows_2
  left join tiers_rows on mrr_monthly_rows_2.tier_key = tiers_rows.tier_key
),
paying_customers_totals as (
  select
    tier__label,
    sum(case when paying_customers_input then 1 else 0 end) as paying_customers
  from mrr_monthly_windowed_2
  where account_month__mrr_month__month = last_date_2
  group by tier__label
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd - order_lines.quantity * order_lines.unit_cost_usd as gross_profit_input,
    order_lines.tier as tier_key,
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
  where order_lines.order_status = @p9
    and order_lines.ordered_at >= timestamp(cast(@p10 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p11 as datetime), 'UTC')
),
order_lines_totals as (
  select
    tiers_rows.tier__label,
    sum(order_lines_rows.gross_profit_input) as gross_profit,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join tiers_rows on order_lines_rows.tier_key = tiers_rows.tier_key
  group by tiers_rows.tier__label
),
combined as (
  select
    tier__label,
    max(marketing_spend) as marketing_spend,
    max(new_customers) as new_customers,
    max(mrr) as mrr,
    max(paying_customers) as paying_customers,
    max(gross_profit) as gross_profit,
    max(revenue) as revenue
  from (
    select tier__label, marketing_spend, cast(null as int64) as new_customers, cast(null as int64) as mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue
    from marketing_spend_totals
    union all
    select tier__label, cast(null as int64) as marketing_spend, new_customers, cast(null as int64) as mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue
    from new_customers_totals
    union all
    select tier__label, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers, mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue
    from mrr_totals
    union all
    select tier__label, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers, cast(null as int64) as mrr, paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue
    from paying_customers_totals
    union all
    select tier__label, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers, cast(null as int64) as mrr, cast(null as int64) as paying_customers, gross_profit, revenue
    from order_lines_totals
  ) as stacked
  group by tier__label
)
select
  tier__label,
  cast(cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as float64) / nullif(cast(cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) * (cast(gross_profit as float64) / nullif(cast(revenue as float64), 0)) as float64), 0) as payback,
  cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as customer_acquisition_cost
from combined
order by tier__label asc nulls last
-- @p1 = "2026-01-01"
-- @p2 = "2026-11-01"
-- @p3 = "2026-01-01"
-- @p4 = "2026-11-01"
-- @p5 = "2026-01-01"
-- @p6 = "2026-11-01"
-- @p7 = "2026-01-01"
-- @p8 = "2026-11-01"
-- @p9 = "paid"
-- @p10 = "2026-01-01"
-- @p11 = "2026-11-01"
