with mrr_monthly_rows as (
  select
    mrr_monthly.opening_mrr_usd + mrr_monthly.expansion_mrr_usd - mrr_monthly.contraction_mrr_usd - mrr_monthly.churned_mrr_usd as mrr_retained_input,
    mrr_monthly.tier as tier_key,
    mrr_monthly.opening_mrr_usd,
    mrr_monthly.opening_mrr_usd - mrr_monthly.contraction_mrr_usd - mrr_monthly.churned_mrr_usd as mrr_kept_input,
    mrr_monthly.churned_mrr_usd > 0 as customers_lost_input,
    mrr_monthly.opening_mrr_usd > 0 as customers_at_month_starts_input
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
  where mrr_monthly.mrr_month >= cast(@p1 as date)
    and mrr_monthly.mrr_month < cast(@p2 as date)
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
mrr_monthly_totals as (
  select
    tiers_rows.tier__label,
    sum(mrr_monthly_rows.mrr_retained_input) as mrr_retained,
    sum(mrr_monthly_rows.opening_mrr_usd) as mrr_at_month_starts,
    sum(mrr_monthly_rows.mrr_kept_input) as mrr_kept,
    sum(case when mrr_monthly_rows.customers_lost_input then 1 else 0 end) as customers_lost,
    sum(case when mrr_monthly_rows.customers_at_month_starts_input then 1 else 0 end) as customers_at_month_starts
  from mrr_monthly_rows
  left join tiers_rows on mrr_monthly_rows.tier_key = tiers_rows.tier_key
  group by tiers_rows.tier__label
)
select
  tier__label,
  cast(mrr_retained as float64) / nullif(cast(mrr_at_month_starts as float64), 0) as nrr,
  cast(mrr_kept as float64) / nullif(cast(mrr_at_month_starts as float64), 0) as grr,
  cast(customers_lost as float64) / nullif(cast(customers_at_month_starts as float64), 0) as logo_churn
from mrr_monthly_totals
order by tier__label asc nulls last
-- @p1 = "2026-01-01"
-- @p2 = "2026-07-01"
