with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by metric_time__month
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month,
    date(datetime_trunc(cast(calendar.day as datetime), month)) as output_month
  from shop.calendar as calendar
  where calendar.day >= cast(@p4 as datetime)
    and calendar.day < cast(@p5 as datetime)
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
    date(datetime_sub(datetime(output_month), interval 1 month)) as source_month
  from days_distinct
),
orders_rows_2 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as orders_at
  from shop.orders as orders
  where orders.status <> @p6
),
orders_2_totals as (
  select
    computed.metric_time__month,
    count(*) as orders_2
  from computed
  join orders_rows_2 on computed.source_month = orders_rows_2.orders_at
  group by computed.metric_time__month
),
combined as (
  select
    metric_time__month,
    max(orders) as orders,
    max(orders_2) as orders_2
  from (
    select metric_time__month, orders, cast(null as int64) as orders_2
    from orders_totals
    union all
    select metric_time__month, cast(null as int64) as orders, orders_2
    from orders_2_totals
  ) as stacked
  group by metric_time__month
),
computed_2 as (
  select
    metric_time__month,
    orders as growth__value,
    orders_2 as growth__previous,
    orders as share__value
  from combined
),
orders_rows_3 as (
  select
    1 as one
  from shop.orders as orders
  where orders.status <> @p7
    and orders.ordered_at >= timestamp(cast(@p8 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p9 as datetime), 'UTC')
),
orders_totals_2 as (
  select
    nullif(count(*), 0) as orders
  from orders_rows_3
),
computed_3 as (
  select
    orders as share__total
  from orders_totals_2
),
computed_4 as (
  select
    share__total
  from computed_3
),
computed_5 as (
  select
    computed_2.metric_time__month,
    cast(computed_2.growth__value - computed_2.growth__previous as float64) / nullif(cast(computed_2.growth__previous as float64), 0) as growth,
    cast(computed_2.share__value as float64) / nullif(cast(computed_4.share__total as float64), 0) as share
  from computed_2
  cross join computed_4
)
select
  metric_time__month,
  growth,
  share
from computed_5
where growth > numeric '0.05'
order by metric_time__month asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2025-01-01"
-- @p3 = "2026-01-01"
-- @p4 = "2025-01-01T00:00:00"
-- @p5 = "2026-01-01T00:00:00"
-- @p6 = "cancelled"
-- @p7 = "cancelled"
-- @p8 = "2025-01-01"
-- @p9 = "2026-01-01"
