with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), isoweek)) as metric_time__week
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__week,
    count(*) as orders
  from orders_rows
  group by metric_time__week
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), isoweek)) as metric_time__week,
    date(datetime_trunc(cast(calendar.day as datetime), isoweek)) as output_week
  from shop.calendar as calendar
  where calendar.day >= cast(@p4 as datetime)
    and calendar.day < cast(@p5 as datetime)
),
days_distinct as (
  select
    output_week,
    metric_time__week
  from days_rows
  group by output_week, metric_time__week
),
computed as (
  select
    metric_time__week,
    date(datetime_sub(datetime(output_week), interval 1 week)) as source_week
  from days_distinct
),
orders_rows_2 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), isoweek)) as orders_at
  from shop.orders as orders
  where orders.status <> @p6
),
orders_2_totals as (
  select
    computed.metric_time__week,
    count(*) as orders_2
  from computed
  join orders_rows_2 on computed.source_week = orders_rows_2.orders_at
  group by computed.metric_time__week
),
computed_2 as (
  select
    metric_time__week,
    date(datetime_sub(datetime(output_week), interval 52 week)) as source_week
  from days_distinct
),
orders_3_totals as (
  select
    computed_2.metric_time__week,
    count(*) as orders_3
  from computed_2
  join orders_rows_2 on computed_2.source_week = orders_rows_2.orders_at
  group by computed_2.metric_time__week
),
combined as (
  select
    metric_time__week,
    max(orders) as orders,
    max(orders_2) as orders_2,
    max(orders_3) as orders_3
  from (
    select metric_time__week, orders, cast(null as int64) as orders_2, cast(null as int64) as orders_3
    from orders_totals
    union all
    select metric_time__week, cast(null as int64) as orders, orders_2, cast(null as int64) as orders_3
    from orders_2_totals
    union all
    select metric_time__week, cast(null as int64) as orders, cast(null as int64) as orders_2, orders_3
    from orders_3_totals
  ) as stacked
  group by metric_time__week
),
computed_3 as (
  select
    metric_time__week,
    orders,
    orders as gained__value,
    orders_2 as gained__previous,
    orders_3 as a_year_ago
  from combined
)
select
  metric_time__week,
  orders,
  gained__value - gained__previous as gained,
  a_year_ago
from computed_3
order by metric_time__week asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2025-03-03"
-- @p3 = "2025-04-28"
-- @p4 = "2025-03-03T00:00:00"
-- @p5 = "2025-04-28T00:00:00"
-- @p6 = "cancelled"
