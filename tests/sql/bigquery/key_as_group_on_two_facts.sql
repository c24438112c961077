with returns_rows as (
  select
    returns.refund_usd,
    returns.customer_id as customer
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
  where returns.returned_at >= timestamp(cast(@p1 as datetime), 'UTC')
    and returns.returned_at < timestamp(cast(@p2 as datetime), 'UTC')
),
refunds_totals as (
  select
    customer,
    sum(refund_usd) as refunds
  from returns_rows
  group by customer
),
orders_rows as (
  select
    orders.customer_id as customer
  from shop.orders as orders
  where orders.status <> @p3
    and orders.ordered_at >= timestamp(cast(@p4 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p5 as datetime), 'UTC')
),
orders_totals as (
  select
    customer,
    count(*) as orders
  from orders_rows
  group by customer
),
combined as (
  select
    customer,
    max(refunds) as refunds,
    max(orders) as orders
  from (
    select customer, refunds, cast(null as int64) as orders
    from refunds_totals
    union all
    select customer, cast(null as int64) as refunds, orders
    from orders_totals
  ) as stacked
  group by customer
)
select
  customer,
  refunds,
  orders
from combined
order by customer asc nulls last
-- @p1 = "2026-06-01"
-- @p2 = "2026-07-01"
-- @p3 = "cancelled"
-- @p4 = "2026-06-01"
-- @p5 = "2026-07-01"
