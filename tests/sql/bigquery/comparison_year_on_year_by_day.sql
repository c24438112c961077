with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__day,
    count(*) as orders
  from orders_rows
  group by metric_time__day
),
days_rows as (
  select
    cast(calendar.day as date) as metric_time__day,
    cast(calendar.day as date) as output_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p4 as datetime)
    and calendar.day < cast(@p5 as datetime)
),
days_distinct as (
  select
    output_day,
    metric_time__day
  from days_rows
  group by output_day, metric_time__day
),
computed as (
  select
    metric_time__day,
    date(datetime_sub(datetime(output_day), interval 1 year)) as source_day
  from days_distinct
),
orders_rows_2 as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as orders_at
  from shop.orders as orders
  where orders.status <> @p6
),
orders_2_totals as (
  select
    computed.metric_time__day,
    count(*) as orders_2
  from computed
  join orders_rows_2 on computed.source_day = orders_rows_2.orders_at
  group by computed.metric_time__day
),
combined as (
  select
    metric_time__day,
    max(orders) as orders,
    max(orders_2) as orders_2
  from (
    select metric_time__day, orders, cast(null as int64) as orders_2
    from orders_totals
    union all
    select metric_time__day, cast(null as int64) as orders, orders_2
    from orders_2_totals
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  orders,
  orders_2 as last_year
from combined
order by metric_time__day asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2025-02-26"
-- @p3 = "2025-03-03"
-- @p4 = "2025-02-26T00:00:00"
-- @p5 = "2025-03-03T00:00:00"
-- @p6 = "cancelled"
