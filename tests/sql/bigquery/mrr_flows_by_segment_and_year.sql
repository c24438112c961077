with mrr_monthly_rows as (
  select
    mrr_monthly.new_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), year)) as metric_time__year,
    mrr_monthly.customer_id as customer_key,
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
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
mrr_monthly_totals as (
  select
    mrr_monthly_rows.metric_time__year,
    customers_rows.customer__segment,
    sum(mrr_monthly_rows.new_mrr_usd) as new_mrr,
    sum(mrr_monthly_rows.reactivation_mrr_usd) as reactivation_mrr,
    sum(mrr_monthly_rows.expansion_mrr_usd) as expansion_mrr,
    sum(mrr_monthly_rows.contraction_mrr_usd) as contraction_mrr,
    sum(mrr_monthly_rows.churned_mrr_usd) as churned_mrr
  from mrr_monthly_rows
  left join customers_rows on mrr_monthly_rows.customer_key = customers_rows.customer_key
  group by mrr_monthly_rows.metric_time__year, customers_rows.customer__segment
)
select
  metric_time__year,
  customer__segment,
  new_mrr,
  reactivation_mrr,
  expansion_mrr,
  contraction_mrr,
  churned_mrr,
  new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr as net_new_mrr
from mrr_monthly_totals
order by metric_time__year asc nulls last, customer__segment asc nulls last
