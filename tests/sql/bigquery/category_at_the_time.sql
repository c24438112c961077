with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.ordered_at - (datetime(order_lines.ordered_at, 'UTC') - datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), second)) as metric_time__second,
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
  where order_lines.order_status = @p1
),
products_history_rows as (
  select
    products_history.category as product__category_then,
    products_history.product_id as product_key,
    products_history.valid_from as product_product_valid_from,
    products_history.valid_to as product_product_valid_to
  from shop.products_history as products_history
),
revenue_totals as (
  select
    products_history_rows.product__category_then,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join products_history_rows on order_lines_rows.product_key = products_history_rows.product_key and datetime(products_history_rows.product_product_valid_from) <= datetime(order_lines_rows.metric_time__second, 'UTC') and (datetime(order_lines_rows.metric_time__second, 'UTC') < datetime(products_history_rows.product_product_valid_to) or products_history_rows.product_product_valid_to is null)
  group by products_history_rows.product__category_then
),
returns_rows as (
  select
    returns.refund_usd,
    returns.returned_at - (datetime(returns.returned_at, 'UTC') - datetime_trunc(datetime(returns.returned_at, 'UTC'), second)) as metric_time__second,
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
    products_history_rows.product__category_then,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join products_history_rows on returns_rows.product_key = products_history_rows.product_key and datetime(products_history_rows.product_product_valid_from) <= datetime(returns_rows.metric_time__second, 'UTC') and (datetime(returns_rows.metric_time__second, 'UTC') < datetime(products_history_rows.product_product_valid_to) or products_history_rows.product_product_valid_to is null)
  group by products_history_rows.product__category_then
),
combined as (
  select
    product__category_then,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select product__category_then, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select product__category_then, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by product__category_then
)
select
  product__category_then,
  revenue,
  refunds
from combined
order by product__category_then asc nulls last
-- @p1 = "paid"
