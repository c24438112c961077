with customers_rows as (
  select
    date(datetime_trunc(datetime(customers.signed_up_at, 'UTC'), isoweek)) as metric_time__week,
    customers.country as customer__country
  from shop.customers as customers
  where customers.signed_up_at >= timestamp(cast(@p1 as datetime), 'UTC')
    and customers.signed_up_at < timestamp(cast(@p2 as datetime), 'UTC')
),
new_customers_totals as (
  select
    metric_time__week,
    customer__country,
    count(*) as new_customers
  from customers_rows
  group by metric_time__week, customer__country
),
customers_distinct as (
  select
    customer__country
  from new_customers_totals
  group by customer__country
),
days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), isoweek)) as metric_time__week
  from shop.calendar as calendar
  where calendar.day >= cast(@p3 as datetime)
    and calendar.day < cast(@p4 as datetime)
),
days_distinct as (
  select
    metric_time__week
  from days_rows
  group by metric_time__week
),
customers_joined as (
  select
    customers_distinct.customer__country,
    days_distinct.metric_time__week
  from customers_distinct
  cross join days_distinct
),
combined as (
  select
    metric_time__week,
    customer__country,
    max(new_customers) as new_customers
  from (
    select metric_time__week, customer__country, new_customers
    from new_customers_totals
    union all
    select metric_time__week, customer__country, cast(null as int64) as new_customers
    from customers_joined
  ) as stacked
  group by metric_time__week, customer__country
)
select
  metric_time__week,
  customer__country,
  new_customers
from combined
order by metric_time__week asc nulls last, customer__country asc nulls last
-- @p1 = "2024-01-01"
-- @p2 = "2024-04-01"
-- @p3 = "2024-01-01T00:00:00"
-- @p4 = "2024-04-01T00:00:00"
