with days_rows as (
  select
    cast(calendar.day as date) as metric_time__day,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p1 as datetime)
    and calendar.day < cast(@p2 as datetime)
),
orders_rows as (
  select
    orders.customer_id,
    date(datetime(orders.ordered_at, 'UTC')) as active_customers_day
  from shop.orders as orders
  where orders.status <> @p3
    and orders.ordered_at >= timestamp(cast(@p4 as datetime), 'UTC')
    and orders.ordered_at < timestamp(cast(@p5 as datetime), 'UTC')
),
orders_distinct as (
  select
    active_customers_day
  from orders_rows
  group by active_customers_day
),
active_customers_28d_totals as (
  select
    days_rows.metric_time__day,
    count(distinct orders_rows.customer_id) as active_customers_28d
  from days_rows
  join orders_distinct on orders_distinct.active_customers_day <= days_rows.calendar_day and datetime(orders_distinct.active_customers_day) > datetime_sub(datetime(days_rows.calendar_day), interval 28 day)
  join orders_rows on orders_distinct.active_customers_day = orders_rows.active_customers_day
  group by days_rows.metric_time__day
)
select
  metric_time__day,
  active_customers_28d
from active_customers_28d_totals
order by metric_time__day asc nulls last
-- @p1 = "2026-08-01T00:00:00"
-- @p2 = "2026-09-16T00:00:00"
-- @p3 = "cancelled"
-- @p4 = "2026-07-04"
-- @p5 = "2026-09-16"
