with days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month,
    cast(calendar.day as date) as calendar_day
  from shop.calendar as calendar
),
orders_rows as (
  select
    orders.customer_id,
    date(datetime(orders.ordered_at, 'UTC')) as active_customers_day,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_distinct as (
  select
    orders_rows.active_customers_day
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by orders_rows.active_customers_day
),
orders_joined as (
  select
    orders_rows.customer_id,
    orders_rows.active_customers_day,
    customers_rows.customer__segment
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
),
active_customers_28d_totals as (
  select
    days_rows.calendar_day,
    days_rows.metric_time__month,
    orders_joined.customer__segment,
    count(distinct orders_joined.customer_id) as active_customers_28d
  from days_rows
  join orders_distinct on orders_distinct.active_customers_day <= days_rows.calendar_day and datetime(orders_distinct.active_customers_day) > datetime_sub(datetime(days_rows.calendar_day), interval 28 day)
  join orders_joined on orders_distinct.active_customers_day = orders_joined.active_customers_day
  group by days_rows.calendar_day, days_rows.metric_time__month, orders_joined.customer__segment
),
days_windowed as (
  select
    calendar_day,
    metric_time__month,
    customer__segment,
    active_customers_28d,
    row_number() over (partition by metric_time__month, customer__segment order by calendar_day desc nulls first) as rank_in_period
  from active_customers_28d_totals
)
select
  metric_time__month,
  customer__segment,
  active_customers_28d
from days_windowed
where rank_in_period = 1
order by metric_time__month asc nulls last, customer__segment asc nulls last
-- @p1 = "cancelled"
