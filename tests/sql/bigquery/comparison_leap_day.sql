with days_rows as (
  select
    cast(calendar.day as date) as metric_time__day,
    cast(calendar.day as date) as output_day
  from shop.calendar as calendar
  where calendar.day >= cast(@p1 as datetime)
    and calendar.day < cast(@p2 as datetime)
),
days_distinct as (
  select
    output_day,
    metric_time__day
  from days_rows
  group by output_day, metric_time__day
),
computed as (
  select
    metric_time__day,
    date(datetime_sub(datetime(output_day), interval 1 year)) as source_day
  from days_distinct
),
customers_rows as (
  select
    date(datetime(customers.signed_up_at, 'UTC')) as new_customers_at
  from shop.customers as customers
),
new_customers_totals as (
  select
    computed.metric_time__day,
    count(*) as new_customers
  from computed
  join customers_rows on computed.source_day = customers_rows.new_customers_at
  group by computed.metric_time__day
),
customers_rows_2 as (
  select
    date(datetime(customers.signed_up_at, 'UTC')) as metric_time__day
  from shop.customers as customers
  where customers.signed_up_at >= timestamp(cast(@p3 as datetime), 'UTC')
    and customers.signed_up_at < timestamp(cast(@p4 as datetime), 'UTC')
),
new_customers_2_totals as (
  select
    metric_time__day,
    count(*) as new_customers_2
  from customers_rows_2
  group by metric_time__day
),
combined as (
  select
    metric_time__day,
    max(new_customers) as new_customers,
    max(new_customers_2) as new_customers_2
  from (
    select metric_time__day, new_customers, cast(null as int64) as new_customers_2
    from new_customers_totals
    union all
    select metric_time__day, cast(null as int64) as new_customers, new_customers_2
    from new_customers_2_totals
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  new_customers as last_year,
  new_customers_2 as new_customers
from combined
order by metric_time__day asc nulls last
-- @p1 = "2024-02-20T00:00:00"
-- @p2 = "2024-03-11T00:00:00"
-- @p3 = "2024-02-20"
-- @p4 = "2024-03-11"
