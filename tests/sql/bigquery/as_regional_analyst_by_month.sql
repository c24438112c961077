with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where (orders.tenant = @p1 and orders.region in (@p2, @p3)
      and orders.status <> @p4)
),
orders_totals as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by metric_time__month
),
returns_rows as (
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
  where (returns.tenant = @p5 and returns.region in (@p6, @p7))
),
refunds_totals as (
  select
    metric_time__month,
    sum(refund_usd) as refunds
  from returns_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(orders) as orders,
    max(refunds) as refunds
  from (
    select metric_time__month, orders, cast(null as int64) as refunds
    from orders_totals
    union all
    select metric_time__month, cast(null as int64) as orders, refunds
    from refunds_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  orders,
  refunds
from combined
order by metric_time__month asc nulls last
-- @p1 = "northwind"
-- @p2 = "APAC"
-- @p3 = "EMEA"
-- @p4 = "cancelled"
-- @p5 = "northwind"
-- @p6 = "APAC"
-- @p7 = "EMEA"
