with mrr_monthly_rows as (
  select
    mrr_monthly.opening_mrr_usd + mrr_monthly.expansion_mrr_usd - mrr_monthly.contraction_mrr_usd - mrr_monthly.churned_mrr_usd as mrr_retained_input,
    mrr_monthly.customer_id as customer,
    mrr_monthly.opening_mrr_usd,
    mrr_monthly.churned_mrr_usd > 0 as customers_lost_input,
    mrr_monthly.opening_mrr_usd > 0 as customers_at_month_starts_input,
    mrr_monthly.new_mrr_usd
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
mrr_monthly_totals as (
  select
    customer,
    sum(mrr_retained_input) as mrr_retained,
    sum(opening_mrr_usd) as mrr_at_month_starts,
    sum(case when customers_lost_input then 1 else 0 end) as customers_lost,
    sum(case when customers_at_month_starts_input then 1 else 0 end) as customers_at_month_starts,
    sum(new_mrr_usd) as new_mrr
  from mrr_monthly_rows
  group by customer
)
select
  customer,
  cast(mrr_retained as float64) / nullif(cast(mrr_at_month_starts as float64), 0) as nrr,
  cast(customers_lost as float64) / nullif(cast(customers_at_month_starts as float64), 0) as logo_churn,
  new_mrr
from mrr_monthly_totals
order by customer asc nulls last
-- @p1 = "2026-03-01"
-- @p2 = "2026-04-01"
