with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as metric_time__fiscal_quarter_base
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
days_rows as (
  select
    cast(calendar.day as date) as metric_time__fiscal_quarter_base,
    cast(calendar.fiscal_quarter_start as date) as metric_time__fiscal_quarter
  from shop.calendar as calendar
),
revenue_totals as (
  select
    days_rows.metric_time__fiscal_quarter,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join days_rows on order_lines_rows.metric_time__fiscal_quarter_base = days_rows.metric_time__fiscal_quarter_base
  group by days_rows.metric_time__fiscal_quarter
)
select
  metric_time__fiscal_quarter,
  revenue
from revenue_totals
order by metric_time__fiscal_quarter asc nulls last
-- @p1 = "paid"
