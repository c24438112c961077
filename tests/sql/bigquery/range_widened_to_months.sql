with order_lines_rows as (
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
    and order_lines.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
revenue_totals as (
  select
    metric_time__month,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__month
),
campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    date(datetime_trunc(datetime(campaign_spend.spent_on), month)) as metric_time__month
  from shop.campaign_spend as campaign_spend
  where campaign_spend.spent_on >= cast(@p4 as date)
    and campaign_spend.spent_on < cast(@p5 as date)
),
marketing_spend_totals as (
  select
    metric_time__month,
    sum(spend_usd) as marketing_spend
  from campaign_spend_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(revenue) as revenue,
    max(marketing_spend) as marketing_spend
  from (
    select metric_time__month, revenue, cast(null as int64) as marketing_spend
    from revenue_totals
    union all
    select metric_time__month, cast(null as int64) as revenue, marketing_spend
    from marketing_spend_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  revenue,
  marketing_spend
from combined
order by metric_time__month asc nulls last
-- @p1 = "paid"
-- @p2 = "2026-01-01"
-- @p3 = "2026-03-01"
-- @p4 = "2026-01-01"
-- @p5 = "2026-03-01"
