with inventory_rows as (
  select
    inventory_daily.on_hand,
    inventory_daily.snapshot_on as stock_count__snapshot_on__day,
    inventory_daily.product_id as product,
    inventory_daily.product_id as product_key
  from shop.inventory_daily as inventory_daily
  where inventory_daily.snapshot_on >= cast(@p1 as date)
    and inventory_daily.snapshot_on < cast(@p2 as date)
),
products_rows as (
  select
    products.category as product__category,
    products.product_id as product_key
  from shop.products as products
),
inventory_windowed as (
  select
    inventory_rows.on_hand,
    inventory_rows.stock_count__snapshot_on__day,
    inventory_rows.product,
    products_rows.product__category,
    max(inventory_rows.stock_count__snapshot_on__day) over (partition by inventory_rows.product) as last_date
  from inventory_rows
  left join products_rows on inventory_rows.product_key = products_rows.product_key
),
inventory_on_hand_totals as (
  select
    product__category,
    sum(on_hand) as inventory_on_hand
  from inventory_windowed
  where stock_count__snapshot_on__day = last_date
  group by product__category
)
select
  product__category,
  inventory_on_hand
from inventory_on_hand_totals
order by product__category asc nulls last
-- @p1 = "2026-09-01"
-- @p2 = "2026-10-01"
