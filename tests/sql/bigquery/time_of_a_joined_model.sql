with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
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
    date(datetime_trunc(datetime(customers.signed_up_at, 'UTC'), quarter)) as customer__signed_up_at__quarter,
    customers.customer_id as customer_key
  from shop.customers as customers
),
revenue_totals as (
  select
    customers_rows.customer__signed_up_at__quarter,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__signed_up_at__quarter
)
select
  customer__signed_up_at__quarter,
  revenue
from revenue_totals
order by customer__signed_up_at__quarter asc nulls last
-- @p1 = "paid"
