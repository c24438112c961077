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
    and order_lines.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
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
),
days_rows_2 as (
  select
    cast(calendar.fiscal_quarter_start as date) as metric_time__fiscal_quarter,
    cast(calendar.fiscal_quarter_start as date) as output_fiscal_quarter
  from shop.calendar as calendar
  where calendar.day >= cast(@p4 as datetime)
    and calendar.day < cast(@p5 as datetime)
),
days_distinct as (
  select
    output_fiscal_quarter,
    metric_time__fiscal_quarter
  from days_rows_2
  group by output_fiscal_quarter, metric_time__fiscal_quarter
),
days_rows_3 as (
  select
    cast(calendar.fiscal_quarter_start as date) as output_fiscal_quarter
  from shop.calendar as calendar
),
days_distinct_2 as (
  select
    output_fiscal_quarter
  from days_rows_3
  group by output_fiscal_quarter
),
days_windowed as (
  select
    output_fiscal_quarter,
    row_number() over (order by output_fiscal_quarter asc nulls last) as period_number
  from days_distinct_2
),
days_rows_4 as (
  select
    cast(calendar.fiscal_quarter_start as date) as source_fiscal_quarter
  from shop.calendar as calendar
),
days_distinct_3 as (
  select
    source_fiscal_quarter
  from days_rows_4
  group by source_fiscal_quarter
),
days_windowed_2 as (
  select
    source_fiscal_quarter,
    row_number() over (order by source_fiscal_quarter asc nulls last) as period_number
  from days_distinct_3
),
computed as (
  select
    source_fiscal_quarter,
    period_number + 1 as period_number
  from days_windowed_2
),
days_joined as (
  select
    days_windowed.output_fiscal_quarter,
    computed.source_fiscal_quarter
  from days_windowed
  join computed on days_windowed.period_number = computed.period_number
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as revenue_at_base
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
  where order_lines.order_status = @p6
),
days_rows_5 as (
  select
    cast(calendar.day as date) as revenue_at_base,
    cast(calendar.fiscal_quarter_start as date) as revenue_at
  from shop.calendar as calendar
),
order_lines_joined as (
  select
    order_lines_rows_2.revenue_input,
    days_rows_5.revenue_at
  from order_lines_rows_2
  left join days_rows_5 on order_lines_rows_2.revenue_at_base = days_rows_5.revenue_at_base
),
revenue_2_totals as (
  select
    days_distinct.metric_time__fiscal_quarter,
    sum(order_lines_joined.revenue_input) as revenue_2
  from days_distinct
  join days_joined on days_distinct.output_fiscal_quarter = days_joined.output_fiscal_quarter
  join order_lines_joined on days_joined.source_fiscal_quarter = order_lines_joined.revenue_at
  group by days_distinct.metric_time__fiscal_quarter
),
combined as (
  select
    metric_time__fiscal_quarter,
    max(revenue) as revenue,
    max(revenue_2) as revenue_2
  from (
    select metric_time__fiscal_quarter, revenue, cast(null as int64) as revenue_2
    from revenue_totals
    union all
    select metric_time__fiscal_quarter, cast(null as int64) as revenue, revenue_2
    from revenue_2_totals
  ) as stacked
  group by metric_time__fiscal_quarter
),
computed_2 as (
  select
    metric_time__fiscal_quarter,
    revenue,
    revenue as growth__value,
    revenue_2 as growth__previous
  from combined
)
select
  metric_time__fiscal_quarter,
  revenue,
  cast(growth__value - growth__previous as float64) / nullif(cast(growth__previous as float64), 0) as growth
from computed_2
order by metric_time__fiscal_quarter asc nulls last
-- @p1 = "paid"
-- @p2 = "2025-02-03"
-- @p3 = "2026-02-02"
-- @p4 = "2025-02-03T00:00:00"
-- @p5 = "2026-02-02T00:00:00"
-- @p6 = "paid"
