with orders_rows as (
  select
    date(datetime(orders.ordered_at, 'UTC')) as metric_time__day,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__day,
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by metric_time__day, metric_time__month
),
computed as (
  select
    metric_time__day,
    metric_time__month,
    orders as share__value
  from orders_totals
),
orders_rows_2 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p4
    and orders.ordered_at >= timestamp(cast(@p5 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p6 as datetime), 'UTC')
),
orders_totals_2 as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows_2
  group by metric_time__month
),
computed_2 as (
  select
    metric_time__month,
    orders as share__total
  from orders_totals_2
),
computed_3 as (
  select
    metric_time__month as metric_time__month_of_total,
    share__total
  from computed_2
)
select
  computed.metric_time__day,
  cast(computed.share__value as float64) / nullif(cast(computed_3.share__total as float64), 0) as share
from computed
  left join computed_3 on coalesce(computed.metric_time__month, cast('2000-01-01' as date)) = coalesce(computed_3.metric_time__month_of_total, cast('2000-01-01' as date)) and (computed.metric_time__month is null) = (computed_3.metric_time__month_of_total is null)
order by metric_time__day asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-09-10"
-- @p3 = "2026-10-21"
-- @p4 = "cancelled"
-- @p5 = "2026-09-10"
-- @p6 = "2026-10-21"
