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
    and date(datetime(order_lines.ordered_at, 'UTC')) >= cast(@p2 as date)
    and order_lines.ordered_at >= timestamp(cast(@p3 as datetime), 'UTC')
    and date(datetime(order_lines.ordered_at, 'UTC')) < cast(@p4 as date)
    and order_lines.ordered_at < timestamp(cast(@p5 as datetime), 'UTC')
),
revenue_totals as (
  select
    metric_time__month,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__month
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month,
    date(datetime_trunc(cast(calendar.day as datetime), month)) as output_month
  from shop.calendar as calendar
  where cast(calendar.day as date) >= cast(@p6 as date)
    and cast(calendar.day as date) < cast(@p7 as date)
),
days_distinct as (
  select
    output_month,
    metric_time__month
  from days_rows
  group by output_month, metric_time__month
),
computed as (
  select
    metric_time__month,
    date(datetime_sub(datetime(output_month), interval 1 month)) as source_month
  from days_distinct
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as revenue_at
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
  where order_lines.order_status = @p8
),
revenue_2_totals as (
  select
    computed.metric_time__month,
    sum(order_lines_rows_2.revenue_input) as revenue_2
  from computed
  join order_lines_rows_2 on computed.source_month = order_lines_rows_2.revenue_at
  group by computed.metric_time__month
),
inventory_rows as (
  select
    inventory_daily.on_hand,
    inventory_daily.snapshot_on as stock_count__snapshot_on__day,
    inventory_daily.product_id as product,
    date(datetime_trunc(datetime(inventory_daily.snapshot_on), month)) as inventory_on_hand_at
  from shop.inventory_daily as inventory_daily
),
days_windowed as (
  select
    computed.metric_time__month,
    inventory_rows.on_hand,
    inventory_rows.stock_count__snapshot_on__day,
    inventory_rows.product,
    max(inventory_rows.stock_count__snapshot_on__day) over (partition by computed.metric_time__month, inventory_rows.product) as last_date
  from computed
  join inventory_rows on computed.source_month = inventory_rows.inventory_on_hand_at
),
inventory_on_hand_totals as (
  select
    metric_time__month,
    sum(on_hand) as inventory_on_hand
  from days_windowed
  where stock_count__snapshot_on__day = last_date
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(revenue) as revenue,
    max(revenue_2) as revenue_2,
    max(inventory_on_hand) as inventory_on_hand
  from (
    select metric_time__month, revenue, cast(null as int64) as revenue_2, cast(null as int64) as inventory_on_hand
    from revenue_totals
    union all
    select metric_time__month, cast(null as int64) as revenue, revenue_2, cast(null as int64) as inventory_on_hand
    from revenue_2_totals
    union all
    select metric_time__month, cast(null as int64) as revenue, cast(null as int64) as revenue_2, inventory_on_hand
    from inventory_on_hand_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  revenue,
  revenue_2 as previous,
  inventory_on_hand as stock_before
from combined
order by metric_time__month asc nulls last
-- @p1 = "paid"
-- @p2 = "2026-02-01"
-- @p3 = "2026-02-01T00:00:00"
-- @p4 = "2026-05-01"
-- @p5 = "2026-05-01T00:00:00"
-- @p6 = "2026-02-01"
-- @p7 = "2026-05-01"
-- @p8 = "paid"
