with order_lines_rows as (
  select
    order_lines.quantity,
    order_lines.order_id as order_key,
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
orders_rows as (
  select
    orders.order_id as order_key,
    orders.customer_id as order__customer_key
  from shop.orders as orders
),
customers_rows as (
  select
    customers.segment as order__customer__segment,
    customers.customer_id as order__customer_key
  from shop.customers as customers
),
customers_rows_2 as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
units_sold_totals as (
  select
    customers_rows_2.customer__segment,
    customers_rows.order__customer__segment,
    sum(order_lines_rows.quantity) as units_sold
  from order_lines_rows
  left join orders_rows on order_lines_rows.order_key = orders_rows.order_key
  left join customers_rows on orders_rows.order__customer_key = customers_rows.order__customer_key
  left join customers_rows_2 on order_lines_rows.customer_key = customers_rows_2.customer_key
  group by customers_rows_2.customer__segment, customers_rows.order__customer__segment
)
select
  customer__segment,
  order__customer__segment,
  units_sold
from units_sold_totals
order by customer__segment asc nulls last, order__customer__segment asc nulls last
-- @p1 = "paid"
