with mrr_monthly_rows as (
  select
    mrr_monthly.closing_mrr_usd,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), year)) as metric_time__year,
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
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
mrr_monthly_windowed as (
  select
    mrr_monthly_rows.closing_mrr_usd,
    mrr_monthly_rows.metric_time__year,
    mrr_monthly_rows.account_month__mrr_month__month,
    mrr_monthly_rows.customer,
    customers_rows.customer__segment,
    max(mrr_monthly_rows.account_month__mrr_month__month) over (partition by mrr_monthly_rows.metric_time__year, mrr_monthly_rows.customer) as last_date
  from mrr_monthly_rows
  left join customers_rows on mrr_monthly_rows.customer_key = customers_rows.customer_key
),
mrr_totals as (
  select
    metric_time__year,
    customer__segment,
    sum(closing_mrr_usd) as mrr
  from mrr_monthly_windowed
  where account_month__mrr_month__month = last_date
  group by metric_time__year, customer__segment
),
mrr_monthly_rows_2 as (
  select
    mrr_monthly.closing_mrr_usd > 0 as paying_customers_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), year)) as metric_time__year,
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
    mrr_monthly_rows_2.metric_time__year,
    mrr_monthly_rows_2.account_month__mrr_month__month,
    mrr_monthly_rows_2.customer,
    customers_rows.customer__segment,
    max(mrr_monthly_rows_2.account_month__mrr_month__month) over (partition by mrr_monthly_rows_2.metric_time__year, mrr_monthly_rows_2.customer) as last_date_2
  from mrr_monthly_rows_2
  left join customers_rows on mrr_monthly_rows_2.customer_key = customers_rows.customer_key
),
paying_customers_totals as (
  select
    metric_time__year,
    customer__segment,
    sum(case when paying_customers_input then 1 else 0 end) as paying_customers
  from mrr_monthly_windowed_2
  where account_month__mrr_month__month = last_date_2
  group by metric_time__year, customer__segment
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd - order_lines.quantity * order_lines.unit_cost_usd as gross_profit_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), year)) as metric_time__year,
    order_lines.customer_id as customer_key,
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
    order_lines_rows.metric_time__year,
    customers_rows.customer__segment,
    sum(order_lines_rows.gross_profit_input) as gross_profit,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  group by order_lines_rows.metric_time__year, customers_rows.customer__segment
),
mrr_monthly_rows_3 as (
  select
    mrr_monthly.churned_mrr_usd > 0 as customers_lost_input,
    date(datetime_trunc(datetime(mrr_monthly.mrr_month), year)) as metric_time__year,
    mrr_monthly.customer_id as customer_key,
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
    mrr_monthly_rows_3.metric_time__year,
    customers_rows.customer__segment,
    sum(case when mrr_monthly_rows_3.customers_lost_input then 1 else 0 end) as customers_lost,
    sum(case when mrr_monthly_rows_3.customers_at_month_starts_input then 1 else 0 end) as customers_at_month_starts
  from mrr_monthly_rows_3
  left join customers_rows on mrr_monthly_rows_3.customer_key = customers_rows.customer_key
  group by mrr_monthly_rows_3.metric_time__year, customers_rows.customer__segment
),
combined as (
  select
    metric_time__year,
    customer__segment,
    max(mrr) as mrr,
    max(paying_customers) as paying_customers,
    max(gross_profit) as gross_profit,
    max(revenue) as revenue,
    max(customers_lost) as customers_lost,
    max(customers_at_month_starts) as customers_at_month_starts
  from (
    select metric_time__year, customer__segment, mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts
    from mrr_totals
    union all
    select metric_time__year, customer__segment, cast(null as int64) as mrr, paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts
    from paying_customers_totals
    union all
    select metric_time__year, customer__segment, cast(null as int64) as mrr, cast(null as int64) as paying_customers, gross_profit, revenue, cast(null as int64) as customers_lost, cast(null as int64) as customers_at_month_starts
    from order_lines_totals
    union all
    select metric_time__year, customer__segment, cast(null as int64) as mrr, cast(null as int64) as paying_customers, cast(null as int64) as gross_profit, cast(null as int64) as revenue, customers_lost, customers_at_month_starts
    from mrr_monthly_totals
  ) as stacked
  group by metric_time__year, customer__segment
)
select
  metric_time__year,
  customer__segment,
  cast(cast(mrr as float64) / nullif(cast(paying_customers as float64), 0) * (cast(gross_profit as float64) / nullif(cast(revenue as float64), 0)) as float64) / nullif(cast(cast(customers_lost as float64) / nullif(cast(customers_at_month_starts as float64), 0) as float64), 0) as ltv
from combined
order by metric_time__year asc nulls last, customer__segment asc nulls last
-- @p1 = "paid"
