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
),
mrr_monthly_rows_2 as (
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
mrr_monthly_windowed_2 as (
  select
    paying_customers_input,
    metric_time__month,
    account_month__mrr_month__month,
    customer,
    max(account_month__mrr_month__month) over (partition by metric_time__month, customer) as last_date_2
  from mrr_monthly_rows_2
),
paying_customers_totals as (
  select
    metric_time__month,
    sum(case when paying_customers_input then 1 else 0 end) as paying_customers
  from mrr_monthly_windowed_2
  where account_month__mrr_month__month = last_date_2
  group by metric_time__month
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd - order_lines.quantity * order_lines.unit_cost_usd as gross_profit_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month,
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
  where order_lines.order_status = @p1
),
order_lines_totals as (
  select
    metric_time__month,
    sum(gross_profit_input) as gross_profit,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__month
),
mrr_monthly_rows_3 as (
  select
    mrr_monthly.churned_mrr_usd > 0 as customers_lost_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), month)) as metric_time__month,
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
),
mrr_monthly_totals as (
  select
    metric_time__month,
    sum(case when customers_lost_input then 1 else 0 end) as customers_lost,
    sum(case when customers_at_month_starts_input then 1 else 0 end) as customers_at_month_starts
  from mrr_monthly_rows_3
  group by metric_time__month
),
campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    date(datetime_trunc(datetime(campaign_spend.spent_on), month)) as metric_time__month
  from shop.campaign_spend as campaign_spend
),
marketing_spend_totals as (
  select
    metric_time__month,
    sum(spend_usd) as marketing_spend
  from campaign_spend_rows
  group by metric_time__month
),
customers_rows as (
  select
    date(datetime_trunc(datetime(customers.signed_up_at, 'UTC'), month)) as metric_time__month
  from shop.customers as customers
),
new_customers_totals as (
  select
    metric_time__month,
    count(*) as new_customers
  from customers_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(mrr) as mrr,
    max(paying_customers) as paying_customers,
    max(gross_profit) as gross_profit,
    max(revenue) as revenue,
    max(customers_lost) as customers_lost,
    max(customers_at_month_starts) as customers_at_month_starts,
    max(marketing_spend) as marketing_spend,
    max(new_customers) as new_customers
  from (
    select metric_time__month, mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers
    from mrr_totals
    union all
    select metric_time__month, cast(null as int64) as mrr, paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers
    from paying_customers_totals
    union all
    select metric_time__month, cast(null as int64) as mrr, cast(null as int64) as paying_customers, gross_profit, revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers
    from order_lines_totals
    union all
    select metric_time__month, cast(null as int64) as mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, customers_lost, customers_at_month_starts, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers
    from mrr_monthly_totals
    union all
    select metric_time__month, cast(null as int64) as mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts, marketing_spend, cast(null as int64) as new_customers
    from marketing_spend_totals
    union all
    select metric_time__month, cast(null as int64) as mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts, cast(null as int64) as marketing_spend, new_customers
    from new_customers_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) as arpa,
  cast(gross_profit as float64) / nullif(cast(revenue as float64), 0) as gross_margin,
  cast(customers_lost as float64) / nullif(cast(customers_at_month_starts as float64), 0) as logo_churn,
  cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as customer_acquisition_cost,
  cast(cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) * (cast(gross_profit as float64) / nullif(cast(revenue as float64), 0)) as float64) / nullif(cast(cast(customers_lost as float64) / nullif(cast(customers_at_month_starts as float64), 0) as float64), 0) as ltv,
  cast(cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as float64) / nullif(cast(cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) * (cast(gross_profit as float64) / nullif(cast(revenue as float64), 0)) as float64), 0) as payback
from combined
order by metric_time__month asc nulls last
-- @p1 = "paid"
