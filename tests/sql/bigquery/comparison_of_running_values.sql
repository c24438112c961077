with days_rows as (
  select
    cast(calendar.day as date) as metric_time__day,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p1 as datetime)
    and calendar.day < cast(@p2 as datetime)
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as revenue_day
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
    and order_lines.ordered_at >= timestamp(cast(@p4 as datetime), 'UTC')
    and order_lines.ordered_at < timestamp(cast(@p5 as datetime), 'UTC')
),
revenue_mtd_totals as (
  select
    revenue_day,
    sum(revenue_input) as revenue_mtd
  from order_lines_rows
  group by revenue_day
),
revenue_mtd_totals_2 as (
  select
    days_rows.metric_time__day,
    sum(revenue_mtd_totals.revenue_mtd) as revenue_mtd
  from days_rows
  join revenue_mtd_totals on revenue_mtd_totals.revenue_day <= days_rows.calendar_day and datetime(revenue_mtd_totals.revenue_day) >= datetime_trunc(datetime(days_rows.calendar_day), month)
  group by days_rows.metric_time__day
),
days_rows_2 as (
  select
    cast(calendar.day as date) as metric_time__day,
    cast(calendar.day as date) as output_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p6 as datetime)
    and calendar.day < cast(@p7 as datetime)
),
days_distinct as (
  select
    output_day,
    metric_time__day
  from days_rows_2
  group by output_day, metric_time__day
),
computed as (
  select
    metric_time__day,
    date(datetime_sub(datetime(output_day), interval 1 day)) as source_day
  from days_distinct
),
days_rows_3 as (
  select
    cast(calendar.day as date) as revenue_mtd_2_at,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p8 as datetime)
),
order_lines_rows_2 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as revenue_day
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
  where order_lines.order_status = @p9
    and order_lines.ordered_at >= timestamp(cast(@p10 as datetime), 'UTC')
),
revenue_mtd_2_totals as (
  select
    revenue_day,
    sum(revenue_input) as revenue_mtd_2
  from order_lines_rows_2
  group by revenue_day
),
revenue_mtd_2_totals_2 as (
  select
    days_rows_3.revenue_mtd_2_at,
    sum(revenue_mtd_2_totals.revenue_mtd_2) as revenue_mtd_2
  from days_rows_3
  join revenue_mtd_2_totals on revenue_mtd_2_totals.revenue_day <= days_rows_3.calendar_day and datetime(revenue_mtd_2_totals.revenue_day) >= datetime_trunc(datetime(days_rows_3.calendar_day), month)
  group by days_rows_3.revenue_mtd_2_at
),
computed_2 as (
  select
    computed.metric_time__day,
    revenue_mtd_2_totals_2.revenue_mtd_2
  from computed
  join revenue_mtd_2_totals_2 on computed.source_day = revenue_mtd_2_totals_2.revenue_mtd_2_at
),
computed_3 as (
  select
    metric_time__day,
    date(datetime_sub(datetime(output_day), interval 1 month)) as source_day
  from days_distinct
),
days_rows_4 as (
  select
    cast(calendar.day as date) as revenue_mtd_3_at,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p11 as datetime)
),
order_lines_rows_3 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as revenue_day
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
  where order_lines.order_status = @p12
    and order_lines.ordered_at >= timestamp(cast(@p13 as datetime), 'UTC')
),
revenue_mtd_3_totals as (
  select
    revenue_day,
    sum(revenue_input) as revenue_mtd_3
  from order_lines_rows_3
  group by revenue_day
),
revenue_mtd_3_totals_2 as (
  select
    days_rows_4.revenue_mtd_3_at,
    sum(revenue_mtd_3_totals.revenue_mtd_3) as revenue_mtd_3
  from days_rows_4
  join revenue_mtd_3_totals on revenue_mtd_3_totals.revenue_day <= days_rows_4.calendar_day and datetime(revenue_mtd_3_totals.revenue_day) >= datetime_trunc(datetime(days_rows_4.calendar_day), month)
  group by days_rows_4.revenue_mtd_3_at
),
computed_4 as (
  select
    computed_3.metric_time__day,
    revenue_mtd_3_totals_2.revenue_mtd_3
  from computed_3
  join revenue_mtd_3_totals_2 on computed_3.source_day = revenue_mtd_3_totals_2.revenue_mtd_3_at
),
computed_5 as (
  select
    metric_time__day,
    date(datetime_sub(datetime(output_day), interval 1 year)) as source_day
  from days_distinct
),
days_rows_5 as (
  select
    cast(calendar.day as date) as revenue_mtd_4_at,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p14 as datetime)
),
order_lines_rows_4 as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as revenue_day
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
  where order_lines.order_status = @p15
    and order_lines.ordered_at >= timestamp(cast(@p16 as datetime), 'UTC')
),
revenue_mtd_4_totals as (
  select
    revenue_day,
    sum(revenue_input) as revenue_mtd_4
  from order_lines_rows_4
  group by revenue_day
),
revenue_mtd_4_totals_2 as (
  select
    days_rows_5.revenue_mtd_4_at,
    sum(revenue_mtd_4_totals.revenue_mtd_4) as revenue_mtd_4
  from days_rows_5
  join revenue_mtd_4_totals on revenue_mtd_4_totals.revenue_day <= days_rows_5.calendar_day and datetime(revenue_mtd_4_totals.revenue_day) >= datetime_trunc(datetime(days_rows_5.calendar_day), month)
  group by days_rows_5.revenue_mtd_4_at
),
computed_6 as (
  select
    computed_5.metric_time__day,
    revenue_mtd_4_totals_2.revenue_mtd_4
  from computed_5
  join revenue_mtd_4_totals_2 on computed_5.source_day = revenue_mtd_4_totals_2.revenue_mtd_4_at
),
days_rows_6 as (
  select
    cast(calendar.day as date) as active_customers_28d_at,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p17 as datetime)
),
orders_rows as (
  select
    orders.customer_id,
    date(datetime(orders.ordered_at, 'UTC')) as active_customers_day
  from shop.orders as orders
  where orders.status <> @p18
    and orders.ordered_at >= timestamp(cast(@p19 as datetime), 'UTC')
),
orders_distinct as (
  select
    active_customers_day
  from orders_rows
  group by active_customers_day
),
active_customers_28d_totals as (
  select
    days_rows_6.active_customers_28d_at,
    count(distinct orders_rows.customer_id) as active_customers_28d
  from days_rows_6
  join orders_distinct on orders_distinct.active_customers_day <= days_rows_6.calendar_day and datetime(orders_distinct.active_customers_day) > datetime_sub(datetime(days_rows_6.calendar_day), interval 28 day)
  join orders_rows on orders_distinct.active_customers_day = orders_rows.active_customers_day
  group by days_rows_6.active_customers_28d_at
),
computed_7 as (
  select
    computed_5.metric_time__day,
    active_customers_28d_totals.active_customers_28d
  from computed_5
  join active_customers_28d_totals on computed_5.source_day = active_customers_28d_totals.active_customers_28d_at
),
combined as (
  select
    metric_time__day,
    max(revenue_mtd) as revenue_mtd,
    max(revenue_mtd_2) as revenue_mtd_2,
    max(revenue_mtd_3) as revenue_mtd_3,
    max(revenue_mtd_4) as revenue_mtd_4,
    max(active_customers_28d) as active_customers_28d
  from (
    select metric_time__day, revenue_mtd, cast(null as int64) as revenue_mtd_2, cast(null as int64) as revenue_mtd_3, cast(null as int64) as revenue_mtd_4, cast(null as int64) as active_customers_28d
    from revenue_mtd_totals_2
    union all
    select metric_time__day, cast(null as int64) as revenue_mtd, revenue_mtd_2, cast(null as int64) as revenue_mtd_3, cast(null as int64) as revenue_mtd_4, cast(null as int64) as active_customers_28d
    from computed_2
    union all
    select metric_time__day, cast(null as int64) as revenue_mtd, cast(null as int64) as revenue_mtd_2, revenue_mtd_3, cast(null as int64) as revenue_mtd_4, cast(null as int64) as active_customers_28d
    from computed_4
    union all
    select metric_time__day, cast(null as int64) as revenue_mtd, cast(null as int64) as revenue_mtd_2, cast(null as int64) as revenue_mtd_3, revenue_mtd_4, cast(null as int64) as active_customers_28d
    from computed_6
    union all
    select metric_time__day, cast(null as int64) as revenue_mtd, cast(null as int64) as revenue_mtd_2, cast(null as int64) as revenue_mtd_3, cast(null as int64) as revenue_mtd_4, active_customers_28d
    from computed_7
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  revenue_mtd,
  revenue_mtd_2 as yesterday,
  revenue_mtd_3 as last_month,
  revenue_mtd_4 as last_year,
  active_customers_28d as active_last_year
from combined
order by metric_time__day asc nulls last
-- @p1 = "2025-03-29T00:00:00"
-- @p2 = "2025-04-03T00:00:00"
-- @p3 = "paid"
-- @p4 = "2025-02-26"
-- @p5 = "2025-04-03"
-- @p6 = "2025-03-29T00:00:00"
-- @p7 = "2025-04-03T00:00:00"
-- @p8 = "2025-03-28T00:00:00"
-- @p9 = "paid"
-- @p10 = "2025-02-25"
-- @p11 = "2025-02-26T00:00:00"
-- @p12 = "paid"
-- @p13 = "2025-01-26"
-- @p14 = "2024-03-28T00:00:00"
-- @p15 = "paid"
-- @p16 = "2024-02-26"
-- @p17 = "2024-03-28T00:00:00"
-- @p18 = "cancelled"
-- @p19 = "2024-02-29"
