with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), year)) as metric_time__year
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    metric_time__month,
    metric_time__year,
    count(*) as orders
  from orders_rows
  group by metric_time__month, metric_time__year
),
computed as (
  select
    metric_time__month,
    metric_time__year,
    orders,
    orders as share__value
  from orders_totals
),
orders_rows_2 as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), year)) as metric_time__year
  from shop.orders as orders
  where orders.status <> @p2
),
orders_totals_2 as (
  select
    metric_time__year,
    count(*) as orders
  from orders_rows_2
  group by metric_time__year
),
computed_2 as (
  select
    metric_time__year,
    orders as share__total
  from orders_totals_2
),
computed_3 as (
  select
    metric_time__year as metric_time__year_of_total,
    share__total
  from computed_2
)
select
  computed.metric_time__month,
  computed.orders,
  cast(computed.share__value as float64) / nullif(cast(computed_3.share__total as float64), 0) as share
from computed
  left join computed_3 on coalesce(computed.metric_time__year, cast('2000-01-01' as date)) = coalesce(computed_3.metric_time__year_of_total, cast('2000-01-01' as date)) and (computed.metric_time__year is null) = (computed_3.metric_time__year_of_total is null)
order by metric_time__month asc nulls last
-- @p1 = "cancelled"
-- @p2 = "cancelled"
