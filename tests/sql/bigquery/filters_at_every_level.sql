with orders_rows as (
  select
    orders.status as order__status,
    orders.customer_id as customer_key,
    orders.currency as order__currency,
    orders.channel as order__channel
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    customers.industry as customer__industry,
    customers.region as customer__region,
    customers.tier as customer__tier,
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    customers_rows.customer__industry,
    count(*) as orders,
    nullif(count(case when orders_rows.order__currency = @p2 then 1 end), 0) as orders_2,
    nullif(count(case when orders_rows.order__status = @p3 then 1 end), 0) as orders_3,
    nullif(count(case when orders_rows.order__channel in (@p4, @p5) and orders_rows.order__status = @p6 then 1 end), 0) as orders_4
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  where customers_rows.customer__region = @p7
    and (customers_rows.customer__tier <> @p8 or customers_rows.customer__segment = @p9)
  group by customers_rows.customer__industry
),
order_lines_rows as (
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
  where order_lines.order_status = @p10
),
revenue_totals as (
  select
    customers_rows.customer__industry,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  where customers_rows.customer__region = @p11
    and (customers_rows.customer__tier <> @p12 or customers_rows.customer__segment = @p13)
  group by customers_rows.customer__industry
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.customer_id as customer_key,
    order_lines.order_id as order_key
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
  where order_lines.order_status = @p14
),
orders_rows_2 as (
  select
    orders.channel as order__channel,
    orders.order_id as order_key
  from shop.orders as orders
),
revenue_2_totals as (
  select
    customers_rows.customer__industry,
    sum(order_lines_rows_2.revenue_input) as revenue_2
  from order_lines_rows_2
  left join customers_rows on order_lines_rows_2.customer_key = customers_rows.customer_key
  left join orders_rows_2 on order_lines_rows_2.order_key = orders_rows_2.order_key
  where orders_rows_2.order__channel in (@p15, @p16)
    and customers_rows.customer__region = @p17
    and (customers_rows.customer__tier <> @p18 or customers_rows.customer__segment = @p19)
  group by customers_rows.customer__industry
),
combined as (
  select
    customer__industry,
    max(orders) as orders,
    max(orders_2) as orders_2,
    max(orders_3) as orders_3,
    max(orders_4) as orders_4,
    max(revenue) as revenue,
    max(revenue_2) as revenue_2
  from (
    select customer__industry, orders, orders_2, orders_3, orders_4, cast(null as int64) as revenue, cast(null as int64) as revenue_2
    from orders_totals
    union all
    select customer__industry, cast(null as int64) as orders, cast(null as int64) as orders_2, cast(null as int64) as orders_3, cast(null as int64) as orders_4, revenue, cast(null as int64) as revenue_2
    from revenue_totals
    union all
    select customer__industry, cast(null as int64) as orders, cast(null as int64) as orders_2, cast(null as int64) as orders_3, cast(null as int64) as orders_4, cast(null as int64) as revenue, revenue_2
    from revenue_2_totals
  ) as stacked
  group by customer__industry
),
computed as (
  select
    customer__industry,
    orders,
    orders_2 as euro_orders,
    cast(revenue as float64) / nullif(cast(orders_3 as float64), 0) as average_order_value,
    cast(revenue_2 as float64) / nullif(cast(orders_4 as float64), 0) as free_channel_value
  from combined
)
select
  customer__industry,
  orders,
  euro_orders,
  average_order_value,
  free_channel_value
from computed
where orders > 100
order by customer__industry asc nulls last
-- @p1 = "cancelled"
-- @p2 = "EUR"
-- @p3 = "paid"
-- @p4 = "organic"
-- @p5 = "direct"
-- @p6 = "paid"
-- @p7 = "EMEA"
-- @p8 = "core"
-- @p9 = "smb"
-- @p10 = "paid"
-- @p11 = "EMEA"
-- @p12 = "core"
-- @p13 = "smb"
-- @p14 = "paid"
-- @p15 = "organic"
-- @p16 = "direct"
-- @p17 = "EMEA"
-- @p18 = "core"
-- @p19 = "smb"
