with orders_rows as (
  select
    orders.customer_id,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.channel as order__channel
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
active_customers_totals as (
  select
    metric_time__month,
    order__channel,
    count(distinct customer_id) as active_customers
  from orders_rows
  group by metric_time__month, order__channel
),
order_lines_rows as (
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
  where order_lines.order_status = @p4
    and order_lines.ordered_at >= timestamp(cast(@p5 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p6 as datetime), 'UTC')
),
orders_rows_2 as (
  select
    orders.channel as order__channel,
    orders.order_id as order_key
  from shop.orders as orders
),
revenue_totals as (
  select
    order_lines_rows.metric_time__month,
    orders_rows_2.order__channel,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join orders_rows_2 on order_lines_rows.order_key = orders_rows_2.order_key
  group by order_lines_rows.metric_time__month, orders_rows_2.order__channel
),
combined as (
  select
    metric_time__month,
    order__channel,
    max(active_customers) as active_customers,
    max(revenue) as revenue
  from (
    select metric_time__month, order__channel, active_customers, cast(null as int64) as revenue
    from active_customers_totals
    union all
    select metric_time__month, order__channel, cast(null as int64) as active_customers, revenue
    from revenue_totals
  ) as stacked
  group by metric_time__month, order__channel
),
orders_windowed as (
  select
    metric_time__month,
    order__channel,
    active_customers,
    revenue,
    row_number() over (partition by metric_time__month order by revenue desc nulls last, order__channel asc nulls last) as place
  from combined
),
orders_answer as (
  select
    metric_time__month,
    order__channel,
    active_customers,
    revenue
  from orders_windowed
  where place <= 2
  order by metric_time__month asc nulls last, order__channel asc nulls last
),
computed as (
  select
    metric_time__month as metric_time__month_of_group,
    order__channel as order__channel_of_group,
    1 as is_of_group
  from orders_answer
),
active_customers_totals_2 as (
  select
    orders_rows.metric_time__month,
    count(distinct orders_rows.customer_id) as active_customers
  from orders_rows
  left join computed on coalesce(orders_rows.metric_time__month, cast('2000-01-01' as date)) = coalesce(computed.metric_time__month_of_group, cast('2000-01-01' as date)) and (orders_rows.metric_time__month is null) = (computed.metric_time__month_of_group is null) and coalesce(cast(orders_rows.order__channel as string), '') = coalesce(cast(computed.order__channel_of_group as string), '') and (orders_rows.order__channel is null) = (computed.order__channel_of_group is null)
  where computed.is_of_group is null
  group by orders_rows.metric_time__month
),
revenue_totals_2 as (
  select
    order_lines_rows.metric_time__month,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join orders_rows_2 on order_lines_rows.order_key = orders_rows_2.order_key
  left join computed on coalesce(order_lines_rows.metric_time__month, cast('2000-01-01' as date)) = coalesce(computed.metric_time__month_of_group, cast('2000-01-01' as date)) and (order_lines_rows.metric_time__month is null) = (computed.metric_time__month_of_group is null) and coalesce(cast(orders_rows_2.order__channel as string), '') = coalesce(cast(computed.order__channel_of_group as string), '') and (orders_rows_2.order__channel is null) = (computed.order__channel_of_group is null)
  where computed.is_of_group is null
  group by order_lines_rows.metric_time__month
),
combined_2 as (
  select
    metric_time__month,
    max(active_customers) as active_customers,
    max(revenue) as revenue
  from (
    select metric_time__month, active_customers, cast(null as int64) as revenue
    from active_customers_totals_2
    union all
    select metric_time__month, cast(null as int64) as active_customers, revenue
    from revenue_totals_2
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  active_customers,
  revenue
from combined_2
where (active_customers is not null or revenue is not null)
order by metric_time__month asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2025-01-01"
-- @p3 = "2026-01-01"
-- @p4 = "paid"
-- @p5 = "2025-01-01"
-- @p6 = "2026-01-01"
