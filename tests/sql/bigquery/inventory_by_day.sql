with inventory_rows as (
  select
    inventory_daily.on_hand,
    inventory_daily.snapshot_on as metric_time__day,
    inventory_daily.snapshot_on as stock_count__snapshot_on__day,
    inventory_daily.product_id as product
  from shop.inventory_daily as inventory_daily
  where inventory_daily.snapshot_on >= cast(@p1 as date)
),
inventory_windowed as (
  select
    on_hand,
    metric_time__day,
    stock_count__snapshot_on__day,
    product,
    max(stock_count__snapshot_on__day) over (partition by metric_time__day, product) as last_date
  from inventory_rows
),
inventory_on_hand_totals as (
  select
    metric_time__day,
    sum(on_hand) as inventory_on_hand
  from inventory_windowed
  where stock_count__snapshot_on__day = last_date
  group by metric_time__day
)
select
  metric_time__day,
  inventory_on_hand
from inventory_on_hand_totals
order by metric_time__day asc nulls last
-- @p1 = "2026-10-01"
