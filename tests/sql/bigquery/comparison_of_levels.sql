with inventory_rows as (
  select
    inventory_daily.on_hand,
    date(datetime_trunc(datetime(inventory_daily.snapshot_on), month)) as metric_time__month,
    inventory_daily.snapshot_on as stock_count__snapshot_on__day,
    inventory_daily.product_id as product
  from shop.inventory_daily as inventory_daily
  where inventory_daily.snapshot_on >= cast(@p1 as date)
    and inventory_daily.snapshot_on < cast(@p2 as date)
),
inventory_windowed as (
  select
    on_hand,
    metric_time__month,
    stock_count__snapshot_on__day,
    product,
    max(stock_count__snapshot_on__day) over (partition by metric_time__month, product) as last_date
  from inventory_rows
),
inventory_on_hand_totals as (
  select
    metric_time__month,
    sum(on_hand) as inventory_on_hand
  from inventory_windowed
  where stock_count__snapshot_on__day = last_date
  group by metric_time__month
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month,
    cast(calendar.day as date) as output_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p3 as datetime)
    and calendar.day < cast(@p4 as datetime)
),
days_distinct as (
  select
    output_day,
    metric_time__month
  from days_rows
  group by output_day, metric_time__month
),
computed as (
  select
    metric_time__month,
    date(datetime_sub(datetime(output_day), interval 1 week)) as source_day
  from days_distinct
),
inventory_rows_2 as (
  select
    inventory_daily.on_hand,
    inventory_daily.snapshot_on as stock_count__snapshot_on__day,
    inventory_daily.product_id as product,
    inventory_daily.snapshot_on as inventory_on_hand_at
  from shop.inventory_daily as inventory_daily
),
days_windowed as (
  select
    computed.metric_time__month,
    inventory_rows_2.on_hand,
    inventory_rows_2.stock_count__snapshot_on__day,
    inventory_rows_2.product,
    max(inventory_rows_2.stock_count__snapshot_on__day) over (partition by computed.metric_time__month, inventory_rows_2.product) as last_date
  from computed
  join inventory_rows_2 on computed.source_day = inventory_rows_2.inventory_on_hand_at
),
inventory_on_hand_2_totals as (
  select
    metric_time__month,
    sum(on_hand) as inventory_on_hand_2
  from days_windowed
  where stock_count__snapshot_on__day = last_date
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(inventory_on_hand) as inventory_on_hand,
    max(inventory_on_hand_2) as inventory_on_hand_2
  from (
    select metric_time__month, inventory_on_hand, cast(null as int64) as inventory_on_hand_2
    from inventory_on_hand_totals
    union all
    select metric_time__month, cast(null as int64) as inventory_on_hand, inventory_on_hand_2
    from inventory_on_hand_2_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  inventory_on_hand,
  inventory_on_hand_2 as a_week_before
from combined
order by metric_time__month asc nulls last
-- @p1 = "2026-06-01"
-- @p2 = "2026-09-01"
-- @p3 = "2026-06-01T00:00:00"
-- @p4 = "2026-09-01T00:00:00"
