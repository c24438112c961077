with days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
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
  where order_lines.order_status = @p1
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
    days_rows.calendar_day,
    days_rows.metric_time__month,
    sum(revenue_mtd_totals.revenue_mtd) as revenue_mtd
  from days_rows
  join revenue_mtd_totals on revenue_mtd_totals.revenue_day <= days_rows.calendar_day and datetime(revenue_mtd_totals.revenue_day) >= datetime_trunc(datetime(days_rows.calendar_day), month)
  group by days_rows.calendar_day, days_rows.metric_time__month
),
days_windowed as (
  select
    calendar_day,
    metric_time__month,
    revenue_mtd,
    row_number() over (partition by metric_time__month order by calendar_day desc nulls first) as rank_in_period
  from revenue_mtd_totals_2
),
computed as (
  select
    metric_time__month,
    revenue_mtd
  from days_windowed
  where rank_in_period = 1
),
order_lines_rows_2 as (
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
  where order_lines.order_status = @p2
),
revenue_totals as (
  select
    metric_time__month,
    sum(revenue_input) as revenue
  from order_lines_rows_2
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(revenue_mtd) as revenue_mtd,
    max(revenue) as revenue
  from (
    select metric_time__month, revenue_mtd, cast(null as int64) as revenue
    from computed
    union all
    select metric_time__month, cast(null as int64) as revenue_mtd, revenue
    from revenue_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  revenue_mtd,
  revenue
from combined
order by metric_time__month asc nulls last
-- @p1 = "paid"
-- @p2 = "paid"
