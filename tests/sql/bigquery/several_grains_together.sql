with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), year)) as metric_time__year,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), quarter)) as metric_time__quarter,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), isoweek)) as metric_time__week
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
    metric_time__year,
    metric_time__quarter,
    metric_time__month,
    metric_time__week,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__year, metric_time__quarter, metric_time__month, metric_time__week
),
returns_rows as (
  select
    returns.refund_usd,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), year)) as metric_time__year,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), quarter)) as metric_time__quarter,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), month)) as metric_time__month,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), isoweek)) as metric_time__week
  from (
    SELECT
      item.return_id,
      item.order_id,
      item.line_no,
      item.tenant,
      item.product_id,
      item.returned_at,
      item.reason,
      item.quantity,
      item.refund_usd,
      item.recorded_at,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id
    FROM shop.returns AS item
    JOIN shop.orders AS purchase ON purchase.order_id = item.order_id
  ) as returns
  where returns.returned_at >= timestamp(cast(@p4 as datetime), 'UTC')
    and returns.returned_at < timestamp(cast(@p5 as datetime), 'UTC')
),
refunds_totals as (
  select
    metric_time__year,
    metric_time__quarter,
    metric_time__month,
    metric_time__week,
    sum(refund_usd) as refunds
  from returns_rows
  group by metric_time__year, metric_time__quarter, metric_time__month, metric_time__week
),
combined as (
  select
    metric_time__year,
    metric_time__quarter,
    metric_time__month,
    metric_time__week,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select metric_time__year, metric_time__quarter, metric_time__month, metric_time__week, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select metric_time__year, metric_time__quarter, metric_time__month, metric_time__week, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by metric_time__year, metric_time__quarter, metric_time__month, metric_time__week
)
select
  metric_time__year,
  metric_time__quarter,
  metric_time__month,
  metric_time__week,
  revenue,
  refunds
from combined
order by metric_time__year asc nulls last, metric_time__quarter asc nulls last, metric_time__month asc nulls last, metric_time__week asc nulls last
-- @p1 = "paid"
-- @p2 = "2025-12-29"
-- @p3 = "2026-03-02"
-- @p4 = "2025-12-29"
-- @p5 = "2026-03-02"
