with mrr_monthly_rows as (
  select
    mrr_monthly.opening_mrr_usd + mrr_monthly.expansion_mrr_usd - mrr_monthly.contraction_mrr_usd - mrr_monthly.churned_mrr_usd as mrr_retained_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as metric_time__month,
    mrr_monthly.customer_id as customer_key,
    mrr_monthly.opening_mrr_usd
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
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
mrr_monthly_totals as (
  select
    mrr_monthly_rows.metric_time__month,
    customers_rows.customer__segment,
    sum(mrr_monthly_rows.mrr_retained_input) as mrr_retained,
    sum(mrr_monthly_rows.opening_mrr_usd) as mrr_at_month_starts
  from mrr_monthly_rows
  left join customers_rows on mrr_monthly_rows.customer_key = customers_rows.customer_key
  group by mrr_monthly_rows.metric_time__month, customers_rows.customer__segment
)
select
  metric_time__month,
  customer__segment,
  cast(mrr_retained as float64) / nullif(cast(mrr_at_month_starts as float64), 0) as nrr
from mrr_monthly_totals
order by metric_time__month asc nulls last, customer__segment asc nulls last
