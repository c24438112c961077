with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.channel as order__channel,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), year)) as metric_time__year
  from shop.orders as orders
  where orders.status <> @p1
    and orders.ordered_at >= timestamp(cast(@p2 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p3 as datetime), 'UTC')
),
orders_totals as (
  select
    metric_time__month,
    order__channel,
    metric_time__year,
    count(*) as orders
  from orders_rows
  group by metric_time__month, order__channel, metric_time__year
),
computed as (
  select
    metric_time__month,
    order__channel,
    metric_time__year,
    orders,
    orders as share__value,
    orders as of_year__value,
    orders as of_month__value
  from orders_totals
),
orders_rows_2 as (
  select
    1 as one
  from shop.orders as orders
  where orders.status <> @p4
    and orders.ordered_at >= timestamp(cast(@p5 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p6 as datetime), 'UTC')
),
orders_totals_2 as (
  select
    nullif(count(*), 0) as orders
  from orders_rows_2
),
computed_2 as (
  select
    orders as share__total
  from orders_totals_2
),
computed_3 as (
  select
    share__total
  from computed_2
),
orders_rows_3 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), year)) as metric_time__year
  from shop.orders as orders
  where orders.status <> @p7
    and orders.ordered_at >= timestamp(cast(@p8 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p9 as datetime), 'UTC')
),
orders_totals_3 as (
  select
    metric_time__year,
    count(*) as orders
  from orders_rows_3
  group by metric_time__year
),
computed_4 as (
  select
    metric_time__year,
    orders as of_year__total
  from orders_totals_3
),
computed_5 as (
  select
    metric_time__year as metric_time__year_of_total,
    of_year__total
  from computed_4
),
orders_rows_4 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p10
    and orders.ordered_at >= timestamp(cast(@p11 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p12 as datetime), 'UTC')
),
orders_totals_4 as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows_4
  group by metric_time__month
),
computed_6 as (
  select
    metric_time__month,
    orders as of_month__total
  from orders_totals_4
),
computed_7 as (
  select
    metric_time__month as metric_time__month_of_total,
    of_month__total
  from computed_6
)
select
  computed.metric_time__month,
  computed.order__channel,
  computed.orders,
  cast(computed.share__value as float64) / nullif(cast(computed_3.share__total as float64), 0) as share,
  cast(computed.of_year__value as float64) / nullif(cast(computed_5.of_year__total as float64), 0) as of_year,
  cast(computed.of_month__value as float64) / nullif(cast(computed_7.of_month__total as float64), 0) as of_month
from computed
  cross join computed_3
  left join computed_5 on coalesce(computed.metric_time__year, cast('2000-01-01' as date)) = coalesce(computed_5.metric_time__year_of_total, cast('2000-01-01' as date)) and (computed.metric_time__year is null) = (computed_5.metric_time__year_of_total is null)
  left join computed_7 on coalesce(computed.metric_time__month, cast('2000-01-01' as date)) = coalesce(computed_7.metric_time__month_of_total, cast('2000-01-01' as date)) and (computed.metric_time__month is null) = (computed_7.metric_time__month_of_total is null)
order by metric_time__month asc nulls last, order__channel asc nulls last
-- @p1 = "cancelled"
-- @p2 = "2026-09-01"
-- @p3 = "2026-11-01"
-- @p4 = "cancelled"
-- @p5 = "2026-09-01"
-- @p6 = "2026-11-01"
-- @p7 = "cancelled"
-- @p8 = "2026-09-01"
-- @p9 = "2026-11-01"
-- @p10 = "cancelled"
-- @p11 = "2026-09-01"
-- @p12 = "2026-11-01"
