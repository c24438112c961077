with inventory_rows as (
  select
    inventory_daily.on_hand,
    date(datetime_trunc(datetime(inventory_daily.snapshot_on), month)) as metric_time__month,
    inventory_daily.snapshot_on as stock_count__snapshot_on__day,
    inventory_daily.product_id as product
  from shop.inventory_daily as inventory_daily
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
)
select
  metric_time__month,
  inventory_on_hand
from inventory_on_hand_totals
order by metric_time__month asc nulls last
