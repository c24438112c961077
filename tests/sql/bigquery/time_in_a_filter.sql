with returns_rows as (
  select
    returns.refund_usd,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), month)) as metric_time__month
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
  where date(datetime_trunc(datetime(returns.returned_at, 'UTC'), quarter)) = cast(@p1 as date)
    and returns.returned_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and returns.returned_at < timestamp(cast(@p3 as datetime), 'UTC')
    and (mod(extract(dayofweek from datetime(returns.returned_at, 'UTC')) + 5, 7) + 1) >= 6
),
refunds_totals as (
  select
    metric_time__month,
    sum(refund_usd) as refunds
  from returns_rows
  group by metric_time__month
),
orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p4
    and date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), quarter)) = cast(@p5 as date)
    and orders.ordered_at >= timestamp(cast(@p6 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p7 as datetime), 'UTC')
    and (mod(extract(dayofweek from datetime(orders.ordered_at, 'UTC')) + 5, 7) + 1) >= 6
),
orders_totals as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(refunds) as refunds,
    max(orders) as orders
  from (
    select metric_time__month, refunds, cast(null as int64) as orders
    from refunds_totals
    union all
    select metric_time__month, cast(null as int64) as refunds, orders
    from orders_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  refunds,
  orders
from combined
order by metric_time__month asc nulls last
-- @p1 = "2026-04-01"
-- @p2 = "2026-04-01T00:00:00"
-- @p3 = "2026-07-01T00:00:00"
-- @p4 = "cancelled"
-- @p5 = "2026-04-01"
-- @p6 = "2026-04-01T00:00:00"
-- @p7 = "2026-07-01T00:00:00"
