with mrr_monthly_rows as (
  select
    mrr_monthly.closing_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as account_month__mrr_month__month,
    mrr_monthly.customer_id as customer,
    mrr_monthly.customer_id as customer_key
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
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
),
mrr_monthly_windowed as (
  select
    mrr_monthly_rows.closing_mrr_usd,
    mrr_monthly_rows.account_month__mrr_month__month,
    mrr_monthly_rows.customer,
    customers_rows.customer__region,
    max(mrr_monthly_rows.account_month__mrr_month__month) over (partition by mrr_monthly_rows.customer) as last_date
  from mrr_monthly_rows
  left join customers_rows on mrr_monthly_rows.customer_key = customers_rows.customer_key
),
mrr_totals as (
  select
    customer__region,
    sum(closing_mrr_usd) as mrr
  from mrr_monthly_windowed
  where account_month__mrr_month__month = last_date
  group by customer__region
),
mrr_monthly_rows_2 as (
  select
    mrr_monthly.closing_mrr_usd > 0 as paying_customers_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as account_month__mrr_month__month,
    mrr_monthly.customer_id as customer,
    mrr_monthly.customer_id as customer_key
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
    mrr_monthly_rows_2.paying_customers_input,
    mrr_monthly_rows_2.account_month__mrr_month__month,
    mrr_monthly_rows_2.customer,
    customers_rows.customer__region,
    max(mrr_monthly_rows_2.account_month__mrr_month__month) over (partition by mrr_monthly_rows_2.customer) as last_date_2
  from mrr_monthly_rows_2
  left join customers_rows on mrr_monthly_rows_2.customer_key = customers_rows.customer_key
),
paying_customers_totals as (
  select
    customer__region,
    sum(case when paying_customers_input then 1 else 0 end) as paying_customers
  from mrr_monthly_windowed_2
  where account_month__mrr_month__month = last_date_2
  group by customer__region
),
mrr_monthly_rows_3 as (
  select
    mrr_monthly.opening_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as account_month__mrr_month__month,
    mrr_monthly.customer_id as customer,
    mrr_monthly.customer_id as customer_key
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
    mrr_monthly_rows_3.opening_mrr_usd,
    mrr_monthly_rows_3.account_month__mrr_month__month,
    mrr_monthly_rows_3.customer,
    customers_rows.customer__region,
    min(mrr_monthly_rows_3.account_month__mrr_month__month) over (partition by mrr_monthly_rows_3.customer) as first_date
  from mrr_monthly_rows_3
  left join customers_rows on mrr_monthly_rows_3.customer_key = customers_rows.customer_key
),
opening_mrr_totals as (
  select
    customer__region,
    sum(opening_mrr_usd) as opening_mrr
  from mrr_monthly_windowed_3
  where account_month__mrr_month__month = first_date
  group by customer__region
),
combined as (
  select
    customer__region,
    max(mrr) as mrr,
    max(paying_customers) as paying_customers,
    max(opening_mrr) as opening_mrr
  from (
    select customer__region, mrr, cast(null as int64) as paying_customers, cast(null as int64) as opening_mrr
    from mrr_totals
    union all
    select customer__region, cast(null as int64) as mrr, paying_customers, cast(null as int64) as opening_mrr
    from paying_customers_totals
    union all
    select customer__region, cast(null as int64) as mrr, cast(null as int64) as paying_customers, opening_mrr
    from opening_mrr_totals
  ) as stacked
  group by customer__region
)
select
  customer__region,
  mrr,
  mrr * 12 as arr,
  paying_customers,
  cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) as arpa,
  opening_mrr
from combined
order by customer__region asc nulls last
