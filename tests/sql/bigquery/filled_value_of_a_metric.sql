with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.amount_usd = 0
    and orders.channel = @p1
    and orders.status <> @p2
    and orders.ordered_at >= timestamp(cast(@p3 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p4 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by metric_time__month
),
computed as (
  select
    metric_time__month,
    orders as samples
  from orders_totals
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month
  from shop.calendar as calendar
  where calendar.day >= cast(@p5 as datetime)
    and calendar.day < cast(@p6 as datetime)
),
days_distinct as (
  select
    metric_time__month
  from days_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(samples) as samples
  from (
    select metric_time__month, samples
    from computed
    union all
    select metric_time__month, cast(null as int64) as samples
    from days_distinct
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  samples
from combined
where (samples is null or samples > 1)
order by metric_time__month asc nulls last
-- @p1 = "partner"
-- @p2 = "cancelled"
-- @p3 = "2024-01-01"
-- @p4 = "2025-01-01"
-- @p5 = "2024-01-01T00:00:00"
-- @p6 = "2025-01-01T00:00:00"
