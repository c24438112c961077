with mrr_monthly_rows as (
  select
    mrr_monthly.opening_mrr_usd,
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
    opening_mrr_usd,
    metric_time__month,
    account_month__mrr_month__month,
    customer,
    min(account_month__mrr_month__month) over (partition by metric_time__month, customer) as first_date
  from mrr_monthly_rows
),
opening_mrr_totals as (
  select
    metric_time__month,
    sum(opening_mrr_usd) as opening_mrr
  from mrr_monthly_windowed
  where account_month__mrr_month__month = first_date
  group by metric_time__month
),
mrr_monthly_rows_2 as (
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
mrr_monthly_windowed_2 as (
  select
    closing_mrr_usd,
    metric_time__month,
    account_month__mrr_month__month,
    customer,
    max(account_month__mrr_month__month) over (partition by metric_time__month, customer) as last_date
  from mrr_monthly_rows_2
),
mrr_totals as (
  select
    metric_time__month,
    sum(closing_mrr_usd) as mrr
  from mrr_monthly_windowed_2
  where account_month__mrr_month__month = last_date
  group by metric_time__month
),
mrr_monthly_rows_3 as (
  select
    mrr_monthly.closing_mrr_usd > 0 as paying_customers_input,
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
mrr_monthly_windowed_3 as (
  select
    paying_customers_input,
    metric_time__month,
    account_month__mrr_month__month,
    customer,
    max(account_month__mrr_month__month) over (partition by metric_time__month, customer) as last_date_2
  from mrr_monthly_rows_3
),
paying_customers_totals as (
  select
    metric_time__month,
    sum(case when paying_customers_input then 1 else 0 end) as paying_customers
  from mrr_monthly_windowed_3
  where account_month__mrr_month__month = last_date_2
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(opening_mrr) as opening_mrr,
    max(mrr) as mrr,
    max(paying_customers) as paying_customers
  from (
    select metric_time__month, opening_mrr, cast(null as int64) as mrr, cast(null as int64) as paying_customers
    from opening_mrr_totals
    union all
    select metric_time__month, cast(null as int64) as opening_mrr, mrr, cast(null as int64) as paying_customers
    from mrr_totals
    union all
    select metric_time__month, cast(null as int64) as opening_mrr, cast(null as int64) as mrr, paying_customers
    from paying_customers_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  opening_mrr,
  mrr,
  mrr * 12 as arr,
  paying_customers,
  cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) as arpa
from combined
order by metric_time__month asc nulls last
