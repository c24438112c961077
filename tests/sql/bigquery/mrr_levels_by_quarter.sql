with mrr_monthly_rows as (
  select
    mrr_monthly.opening_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), quarter)) as metric_time__quarter,
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
    metric_time__quarter,
    account_month__mrr_month__month,
    customer,
    min(account_month__mrr_month__month) over (partition by metric_time__quarter, customer) as first_date
  from mrr_monthly_rows
),
opening_mrr_totals as (
  select
    metric_time__quarter,
    sum(opening_mrr_usd) as opening_mrr
  from mrr_monthly_windowed
  where account_month__mrr_month__month = first_date
  group by metric_time__quarter
),
mrr_monthly_rows_2 as (
  select
    mrr_monthly.new_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), quarter)) as metric_time__quarter,
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
    metric_time__quarter,
    sum(new_mrr_usd) as new_mrr,
    sum(reactivation_mrr_usd) as reactivation_mrr,
    sum(expansion_mrr_usd) as expansion_mrr,
    sum(contraction_mrr_usd) as contraction_mrr,
    sum(churned_mrr_usd) as churned_mrr
  from mrr_monthly_rows_2
  group by metric_time__quarter
),
mrr_monthly_rows_3 as (
  select
    mrr_monthly.closing_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), quarter)) as metric_time__quarter,
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
    metric_time__quarter,
    account_month__mrr_month__month,
    customer,
    max(account_month__mrr_month__month) over (partition by metric_time__quarter, customer) as last_date
  from mrr_monthly_rows_3
),
mrr_totals as (
  select
    metric_time__quarter,
    sum(closing_mrr_usd) as mrr
  from mrr_monthly_windowed_2
  where account_month__mrr_month__month = last_date
  group by metric_time__quarter
),
mrr_monthly_rows_4 as (
  select
    mrr_monthly.closing_mrr_usd > 0 as paying_customers_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), quarter)) as metric_time__quarter,
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
    metric_time__quarter,
    account_month__mrr_month__month,
    customer,
    max(account_month__mrr_month__month) over (partition by metric_time__quarter, customer) as last_date_2
  from mrr_monthly_rows_4
),
paying_customers_totals as (
  select
    metric_time__quarter,
    sum(case when paying_customers_input then 1 else 0 end) as paying_customers
  from mrr_monthly_windowed_3
  where account_month__mrr_month__month = last_date_2
  group by metric_time__quarter
),
combined as (
  select
    metric_time__quarter,
    max(opening_mrr) as opening_mrr,
    max(new_mrr) as new_mrr,
    max(reactivation_mrr) as reactivation_mrr,
    max(expansion_mrr) as expansion_mrr,
    max(contraction_mrr) as contraction_mrr,
    max(churned_mrr) as churned_mrr,
    max(mrr) as mrr,
    max(paying_customers) as paying_customers
  from (
    select metric_time__quarter, opening_mrr, cast(null as int64) as new_mrr, cast(null as int64) as reactivation_mrr, cast(null as int64) as expansion_mrr, cast(null as int64) as contraction_mrr, cast(null as int64) as churned_mrr, cast(null as int64) as mrr, cast(null as int64) as paying_customers
    from opening_mrr_totals
    union all
    select metric_time__quarter, cast(null as int64) as opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churned_mrr, cast(null as int64) as mrr, cast(null as int64) as paying_customers
    from mrr_monthly_totals
    union all
    select metric_time__quarter, cast(null as int64) as opening_mrr, cast(null as int64) as new_mrr, cast(null as int64) as reactivation_mrr, cast(null as int64) as expansion_mrr, cast(null as int64) as contraction_mrr, cast(null as int64) as churned_mrr, mrr, cast(null as int64) as paying_customers
    from mrr_totals
    union all
    select metric_time__quarter, cast(null as int64) as opening_mrr, cast(null as int64) as new_mrr, cast(null as int64) as reactivation_mrr, cast(null as int64) as expansion_mrr, cast(null as int64) as contraction_mrr, cast(null as int64) as churned_mrr, cast(null as int64) as mrr, paying_customers
    from paying_customers_totals
  ) as stacked
  group by metric_time__quarter
)
select
  metric_time__quarter,
  opening_mrr,
  new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr as net_new_mrr,
  mrr,
  mrr * 12 as arr,
  paying_customers
from combined
order by metric_time__quarter asc nulls last
