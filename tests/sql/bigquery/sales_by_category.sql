with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.order_status as line__order_status,
    order_lines.product_id as product_key,
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd - order_lines.quantity * order_lines.unit_cost_usd as gross_profit_input,
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
),
products_rows as (
  select
    products.category as product__category,
    products.product_id as product_key
  from shop.products as products
),
order_lines_totals as (
  select
    products_rows.product__category,
    sum(case when order_lines_rows.line__order_status = @p1 then order_lines_rows.revenue_input end) as revenue,
    sum(case when order_lines_rows.line__order_status = @p2 then order_lines_rows.gross_profit_input end) as gross_profit,
    sum(case when order_lines_rows.line__order_status = @p3 then order_lines_rows.quantity end) as units_sold,
    sum(order_lines_rows.revenue_input) as gross_sales
  from order_lines_rows
  left join products_rows on order_lines_rows.product_key = products_rows.product_key
  group by products_rows.product__category
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.product_id as product_key
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
  where order_lines.order_status = @p4
),
revenue_totals as (
  select
    products_rows.product__category,
    sum(order_lines_rows_2.revenue_input) as revenue
  from order_lines_rows_2
  left join products_rows on order_lines_rows_2.product_key = products_rows.product_key
  group by products_rows.product__category
),
returns_rows as (
  select
    returns.refund_usd,
    returns.product_id as product_key
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
    products_rows.product__category,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join products_rows on returns_rows.product_key = products_rows.product_key
  group by products_rows.product__category
),
combined as (
  select
    product__category,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select product__category, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select product__category, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by product__category
),
computed as (
  select
    product__category,
    coalesce(revenue, 0) - coalesce(refunds, 0) as net_revenue
  from combined
),
returns_rows_2 as (
  select
    returns.refund_usd,
    returns.product_id as product_key,
    returns.quantity as quantity_2
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
returns_totals as (
  select
    products_rows.product__category,
    sum(returns_rows_2.refund_usd) as refunds,
    sum(returns_rows_2.quantity_2) as returned_units
  from returns_rows_2
  left join products_rows on returns_rows_2.product_key = products_rows.product_key
  group by products_rows.product__category
),
combined_2 as (
  select
    product__category,
    max(revenue) as revenue,
    max(gross_profit) as gross_profit,
    max(units_sold) as units_sold,
    max(gross_sales) as gross_sales,
    max(net_revenue) as net_revenue,
    max(refunds) as refunds,
    max(returned_units) as returned_units
  from (
    select product__category, revenue, gross_profit, units_sold, gross_sales, cast(null as int64) as net_revenue, cast(null as int64) as refunds, cast(null as int64) as returned_units
    from order_lines_totals
    union all
    select product__category, cast(null as int64) as revenue, cast(null as int64) as gross_profit, cast(null as int64) as units_sold, cast(null as int64) as gross_sales, net_revenue, cast(null as int64) as refunds, cast(null as int64) as returned_units
    from computed
    union all
    select product__category, cast(null as int64) as revenue, cast(null as int64) as gross_profit, cast(null as int64) as units_sold, cast(null as int64) as gross_sales, cast(null as int64) as net_revenue, refunds, returned_units
    from returns_totals
  ) as stacked
  group by product__category
)
select
  product__category,
  revenue,
  net_revenue,
  refunds,
  gross_profit,
  cast(gross_profit as float64) / nullif(cast(revenue as float64), 0) as gross_margin,
  units_sold,
  cast(returned_units as float64) / nullif(cast(units_sold as float64), 0) as return_rate,
  gross_sales
from combined_2
order by product__category asc nulls last
-- @p1 = "paid"
-- @p2 = "paid"
-- @p3 = "paid"
-- @p4 = "paid"
