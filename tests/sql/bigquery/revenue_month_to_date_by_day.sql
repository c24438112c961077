with days_rows as (
  select
    cast(calendar.day as date) as metric_time__day,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p1 as datetime)
    and calendar.day < cast(@p2 as datetime)
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as revenue_day
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
  where order_lines.order_status = @p3
    and order_lines.ordered_at >= timestamp(cast(@p4 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p5 as datetime), 'UTC')
),
revenue_mtd_totals as (
  select
    revenue_day,
    sum(revenue_input) as revenue_mtd
  from order_lines_rows
  group by revenue_day
),
revenue_mtd_totals_2 as (
  select
    days_rows.metric_time__day,
    sum(revenue_mtd_totals.revenue_mtd) as revenue_mtd
  from days_rows
  join revenue_mtd_totals on revenue_mtd_totals.revenue_day <= days_rows.calendar_day and datetime(revenue_mtd_totals.revenue_day) >= datetime_trunc(datetime(days_rows.calendar_day), month)
  group by days_rows.metric_time__day
)
select
  metric_time__day,
  revenue_mtd
from revenue_mtd_totals_2
order by metric_time__day asc nulls last
-- @p1 = "2026-02-20T00:00:00"
-- @p2 = "2026-03-11T00:00:00"
-- @p3 = "paid"
-- @p4 = "2026-01-20"
-- @p5 = "2026-03-11"
