with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), month)) as metric_time__month,
    orders.channel as order__channel,
    date(datetime_trunc(datetime(orders.ordered_at, 'UTC'), year)) as metric_time__year
  from shop.orders as orders
  where orders.status <> @p1
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
    orders as so_far__value,
    orders as of_channel__value
  from orders_totals
),
orders_windowed as (
  select
    metric_time__month,
    order__channel,
    metric_time__year,
    orders,
    so_far__value,
    of_channel__value,
    sum(so_far__value) over (partition by metric_time__year order by metric_time__month asc nulls last) as sum_of_so_far__value
  from computed
),
orders_windowed_2 as (
  select
    metric_time__month,
    order__channel,
    metric_time__year,
    orders,
    so_far__value,
    of_channel__value,
    sum_of_so_far__value,
    sum(of_channel__value) over (partition by order__channel order by metric_time__month asc nulls last) as sum_of_of_channel__value
  from orders_windowed
)
select
  metric_time__month,
  order__channel,
  orders,
  case when metric_time__month is not null then cast(sum_of_so_far__value as int64) else null end as so_far,
  case when metric_time__month is not null then cast(sum_of_of_channel__value as int64) else null end as of_channel
from orders_windowed_2
order by metric_time__month asc nulls last, order__channel asc nulls last
-- @p1 = "cancelled"
