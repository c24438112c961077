with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month,
    order_lines.customer_id as customer_key
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
customers_rows as (
  select
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
),
revenue_totals as (
  select
    order_lines_rows.metric_time__month,
    customers_rows.customer__region,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  group by order_lines_rows.metric_time__month, customers_rows.customer__region
),
returns_rows as (
  select
    returns.refund_usd,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), month)) as metric_time__month,
    returns.customer_id as customer_key
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
),
refunds_totals as (
  select
    returns_rows.metric_time__month,
    customers_rows.customer__region,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join customers_rows on returns_rows.customer_key = customers_rows.customer_key
  group by returns_rows.metric_time__month, customers_rows.customer__region
),
combined as (
  select
    metric_time__month,
    customer__region,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select metric_time__month, customer__region, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select metric_time__month, customer__region, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by metric_time__month, customer__region
),
computed as (
  select
    metric_time__month,
    customer__region,
    coalesce(revenue, 0) - coalesce(refunds, 0) as net_revenue
  from combined
),
orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p2
),
orders_totals as (
  select
    orders_rows.metric_time__month,
    customers_rows.customer__region,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by orders_rows.metric_time__month, customers_rows.customer__region
),
combined_2 as (
  select
    metric_time__month,
    customer__region,
    max(revenue) as revenue,
    max(net_revenue) as net_revenue,
    max(orders) as orders
  from (
    select metric_time__month, customer__region, revenue, cast(null as int64) as net_revenue, cast(null as int64) as orders
    from revenue_totals
    union all
    select metric_time__month, customer__region, cast(null as int64) as revenue, net_revenue, cast(null as int64) as orders
    from computed
    union all
    select metric_time__month, customer__region, cast(null as int64) as revenue, cast(null as int64) as net_revenue, orders
    from orders_totals
  ) as stacked
  group by metric_time__month, customer__region
)
select
  metric_time__month,
  customer__region,
  revenue,
  net_revenue,
  orders
from combined_2
order by metric_time__month asc nulls last, customer__region asc nulls last
-- @p1 = "paid"
-- @p2 = "cancelled"
