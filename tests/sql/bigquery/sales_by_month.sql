with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month,
    order_lines.order_status as line__order_status,
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
order_lines_totals as (
  select
    metric_time__month,
    sum(case when line__order_status = @p1 then revenue_input end) as revenue,
    sum(case when line__order_status = @p2 then gross_profit_input end) as gross_profit,
    sum(case when line__order_status = @p3 then quantity end) as units_sold,
    sum(revenue_input) as gross_sales
  from order_lines_rows
  group by metric_time__month
),
returns_rows as (
  select
    returns.refund_usd,
    date(datetime_trunc(datetime(returns.returned_at, 'UTC'), month)) as metric_time__month,
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
    metric_time__month,
    sum(refund_usd) as refunds,
    sum(quantity_2) as returned_units
  from returns_rows
  group by metric_time__month
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month
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
    metric_time__month,
    sum(revenue_input) as revenue
  from order_lines_rows_2
  group by metric_time__month
),
returns_rows_2 as (
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
),
refunds_totals as (
  select
    metric_time__month,
    sum(refund_usd) as refunds
  from returns_rows_2
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select metric_time__month, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select metric_time__month, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by metric_time__month
),
computed as (
  select
    metric_time__month,
    coalesce(revenue, 0) - coalesce(refunds, 0) as net_revenue
  from combined
),
combined_2 as (
  select
    metric_time__month,
    max(revenue) as revenue,
    max(gross_profit) as gross_profit,
    max(units_sold) as units_sold,
    max(gross_sales) as gross_sales,
    max(refunds) as refunds,
    max(returned_units) as returned_units,
    max(net_revenue) as net_revenue
  from (
    select metric_time__month, revenue, gross_profit, units_sold, gross_sales, cast(null as int64) as refunds, cast(null as int64) as returned_units, cast(null as int64) as net_revenue
    from order_lines_totals
    union all
    select metric_time__month, cast(null as int64) as revenue, cast(null as int64) as gross_profit, cast(null as int64) as units_sold, cast(null as int64) as gross_sales, refunds, returned_units, cast(null as int64) as net_revenue
    from returns_totals
    union all
    select metric_time__month, cast(null as int64) as revenue, cast(null as int64) as gross_profit, cast(null as int64) as units_sold, cast(null as int64) as gross_sales, cast(null as int64) as refunds, cast(null as int64) as returned_units, net_revenue
    from computed
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  revenue,
  refunds,
  net_revenue,
  gross_profit,
  cast(gross_profit as float64) / nullif(cast(revenue as float64), 0) as gross_margin,
  units_sold,
  cast(returned_units as float64) / nullif(cast(units_sold as float64), 0) as return_rate,
  gross_sales
from combined_2
order by metric_time__month asc nulls last
-- @p1 = "paid"
-- @p2 = "paid"
-- @p3 = "paid"
-- @p4 = "paid"
