with mrr_monthly_rows as (
  select
    mrr_monthly.closing_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as metric_time__month,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as account_month__mrr_month__month,
    mrr_monthly.customer_id as customer
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
mrr_monthly_windowed as (
  select
    closing_mrr_usd,
    metric_time__month,
    account_month__mrr_month__month,
    customer,
    max(account_month__mrr_month__month) over (partition by metric_time__month, customer) as last_date
  from mrr_monthly_rows
),
mrr_totals as (
  select
    metric_time__month,
    sum(closing_mrr_usd) as mrr
  from mrr_monthly_windowed
  where account_month__mrr_month__month = last_date
  group by metric_time__month
)
select
  metric_time__month,
  mrr
from mrr_totals
order by metric_time__month asc nulls last
