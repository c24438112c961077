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
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month
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
revenue_totals as (
  select
    metric_time__month,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(mrr) as mrr,
    max(revenue) as revenue
  from (
    select metric_time__month, mrr, cast(null as int64) as revenue
    from mrr_totals
    union all
    select metric_time__month, cast(null as int64) as mrr, revenue
    from revenue_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  mrr,
  revenue
from combined
order by metric_time__month asc nulls last
-- @p1 = "paid"
