with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month,
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
  where order_lines.order_status = @p1
    and order_lines.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_rows as (
  select
    orders.channel as order__channel,
    orders.order_id as order_key
  from shop.orders as orders
),
revenue_totals as (
  select
    order_lines_rows.metric_time__month,
    orders_rows.order__channel,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join orders_rows on order_lines_rows.order_key = orders_rows.order_key
  group by order_lines_rows.metric_time__month, orders_rows.order__channel
),
orders_rows_2 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.channel as order__channel
  from shop.orders as orders
  where orders.status = @p4
    and orders.status <> @p5
    and orders.ordered_at >= timestamp(cast(@p6 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p7 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__month,
    order__channel,
    count(*) as orders
  from orders_rows_2
  group by metric_time__month, order__channel
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month,
    date(datetime_trunc(cast(calendar.day as datetime), month)) as output_month
  from shop.calendar as calendar
  where calendar.day >= cast(@p8 as datetime)
    and calendar.day < cast(@p9 as datetime)
),
days_distinct as (
  select
    output_month,
    metric_time__month
  from days_rows
  group by output_month, metric_time__month
),
computed as (
  select
    metric_time__month,
    date(datetime_sub(datetime(output_month), interval 1 year)) as source_month
  from days_distinct
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as revenue_at,
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
  where order_lines.order_status = @p10
),
order_lines_joined as (
  select
    order_lines_rows_2.revenue_input,
    order_lines_rows_2.revenue_at,
    orders_rows.order__channel
  from order_lines_rows_2
  left join orders_rows on order_lines_rows_2.order_key = orders_rows.order_key
),
revenue_2_totals as (
  select
    computed.metric_time__month,
    order_lines_joined.order__channel,
    sum(order_lines_joined.revenue_input) as revenue_2
  from computed
  join order_lines_joined on computed.source_month = order_lines_joined.revenue_at
  group by computed.metric_time__month, order_lines_joined.order__channel
),
orders_rows_3 as (
  select
    orders.channel as order__channel,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as orders_at
  from shop.orders as orders
  where orders.status = @p11
    and orders.status <> @p12
),
orders_2_totals as (
  select
    computed.metric_time__month,
    orders_rows_3.order__channel,
    count(*) as orders_2
  from computed
  join orders_rows_3 on computed.source_month = orders_rows_3.orders_at
  group by computed.metric_time__month, orders_rows_3.order__channel
),
combined as (
  select
    metric_time__month,
    order__channel,
    max(revenue) as revenue,
    max(orders) as orders,
    max(revenue_2) as revenue_2,
    max(orders_2) as orders_2
  from (
    select metric_time__month, order__channel, revenue, cast(null as int64) as orders, cast(null as int64) as revenue_2, cast(null as int64) as orders_2
    from revenue_totals
    union all
    select metric_time__month, order__channel, cast(null as int64) as revenue, orders, cast(null as int64) as revenue_2, cast(null as int64) as orders_2
    from orders_totals
    union all
    select metric_time__month, order__channel, cast(null as int64) as revenue, cast(null as int64) as orders, revenue_2, cast(null as int64) as orders_2
    from revenue_2_totals
    union all
    select metric_time__month, order__channel, cast(null as int64) as revenue, cast(null as int64) as orders, cast(null as int64) as revenue_2, orders_2
    from orders_2_totals
  ) as stacked
  group by metric_time__month, order__channel
),
computed_2 as (
  select
    metric_time__month,
    order__channel,
    cast(revenue as float64) / nullif(cast(orders as float64), 0) as average_order_value,
    cast(revenue_2 as float64) / nullif(cast(orders_2 as float64), 0) as a_year_ago,
    cast(revenue as float64) / nullif(cast(orders as float64), 0) as growth__value,
    cast(revenue_2 as float64) / nullif(cast(orders_2 as float64), 0) as growth__previous
  from combined
)
select
  metric_time__month,
  order__channel,
  average_order_value,
  a_year_ago,
  cast(growth__value - growth__previous as float64) / nullif(cast(growth__previous as float64), 0) as growth
from computed_2
order by metric_time__month asc nulls last, order__channel asc nulls last
-- @p1 = "paid"
-- @p2 = "2025-01-01"
-- @p3 = "2025-07-01"
-- @p4 = "paid"
-- @p5 = "cancelled"
-- @p6 = "2025-01-01"
-- @p7 = "2025-07-01"
-- @p8 = "2025-01-01T00:00:00"
-- @p9 = "2025-07-01T00:00:00"
-- @p10 = "paid"
-- @p11 = "paid"
-- @p12 = "cancelled"
