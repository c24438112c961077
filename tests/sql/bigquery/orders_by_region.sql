with orders_rows as (
  select
    orders.status as order__status,
    orders.customer_id as customer_key,
    orders.customer_id
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    customers.region as customer__region,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    customers_rows.customer__region,
    count(*) as orders,
    count(distinct orders_rows.customer_id) as active_customers,
    nullif(count(case when orders_rows.order__status = @p2 then 1 end), 0) as orders_2
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__region
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.customer_id as customer_key,
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
    customers_rows.customer__region,
    sum(order_lines_rows.revenue_input) as revenue,
    sum(order_lines_rows.quantity) as units_sold
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__region
),
combined as (
  select
    customer__region,
    max(orders) as orders,
    max(active_customers) as active_customers,
    max(orders_2) as orders_2,
    max(revenue) as revenue,
    max(units_sold) as units_sold
  from (
    select customer__region, orders, active_customers, orders_2, cast(null as int64) as revenue, cast(null as int64) as units_sold
    from orders_totals
    union all
    select customer__region, cast(null as int64) as orders, cast(null as int64) as active_customers, cast(null as int64) as orders_2, revenue, units_sold
    from order_lines_totals
  ) as stacked
  group by customer__region
)
select
  customer__region,
  orders,
  active_customers,
  cast(revenue as float64) / nullif(cast(orders_2 as float64), 0) as average_order_value,
  cast(units_sold as float64) / nullif(cast(orders_2 as float64), 0) as units_per_order
from combined
order by customer__region asc nulls last
-- @p1 = "cancelled"
-- @p2 = "paid"
-- @p3 = "paid"
