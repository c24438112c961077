with mrr_monthly_rows as (
  select
    mrr_monthly.new_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as metric_time__month,
    mrr_monthly.reactivation_mrr_usd,
    mrr_monthly.expansion_mrr_usd,
    mrr_monthly.contraction_mrr_usd,
    mrr_monthly.churned_mrr_usd
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
),
mrr_monthly_totals as (
  select
    metric_time__month,
    sum(new_mrr_usd) as new_mrr,
    sum(reactivation_mrr_usd) as reactivation_mrr,
    sum(expansion_mrr_usd) as expansion_mrr,
    sum(contraction_mrr_usd) as contraction_mrr,
    sum(churned_mrr_usd) as churned_mrr
  from mrr_monthly_rows
  group by metric_time__month
)
select
  metric_time__month,
  new_mrr,
  reactivation_mrr,
  expansion_mrr,
  contraction_mrr,
  churned_mrr,
  new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr as net_new_mrr
from mrr_monthly_totals
order by metric_time__month asc nulls last
