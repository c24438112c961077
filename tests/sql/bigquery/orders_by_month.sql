with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.status as order__status,
    orders.customer_id
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    metric_time__month,
    count(*) as orders,
    count(distinct customer_id) as active_customers,
    nullif(count(case when order__status = @p2 then 1 end), 0) as orders_2
  from orders_rows
  group by metric_time__month
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month,
    order_lines.quantity
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
  where order_lines.order_status = @p3
),
order_lines_totals as (
  select
    metric_time__month,
    sum(revenue_input) as revenue,
    sum(quantity) as units_sold
  from order_lines_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(orders) as orders,
    max(active_customers) as active_customers,
    max(orders_2) as orders_2,
    max(revenue) as revenue,
    max(units_sold) as units_sold
  from (
    select metric_time__month, orders, active_customers, orders_2, cast(null as int64) as revenue, cast(null as int64) as units_sold
    from orders_totals
    union all
    select metric_time__month, cast(null as int64) as orders, cast(null as int64) as active_customers, cast(null as int64) as orders_2, revenue, units_sold
    from order_lines_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  orders,
  active_customers,
  cast(revenue as float64) / nullif(cast(orders_2 as float64), 0) as average_order_value,
  cast(units_sold as float64) / nullif(cast(orders_2 as float64), 0) as units_per_order
from combined
order by metric_time__month asc nulls last
-- @p1 = "cancelled"
-- @p2 = "paid"
-- @p3 = "paid"
