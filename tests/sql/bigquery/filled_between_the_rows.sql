with customers_rows as (
  select
    date(datetime(customers.signed_up_at, 'UTC')) as metric_time__day,
    customers.industry as customer__industry,
    date(datetime_trunc(datetime(customers.signed_up_at, 'UTC'), month)) as metric_time__month
  from shop.customers as customers
  where customers.country = @p1
    and date(datetime(customers.signed_up_at, 'UTC')) >= cast(@p2 as date)
    and customers.signed_up_at >= timestamp(cast(@p3 as datetime), 'UTC')
),
new_customers_totals as (
  select
    metric_time__day,
    customer__industry,
    metric_time__month,
    count(*) as new_customers
  from customers_rows
  group by metric_time__day, customer__industry, metric_time__month
),
computed as (
  select
    metric_time__day,
    customer__industry,
    metric_time__month,
    new_customers,
    new_customers as so_far__value
  from new_customers_totals
),
customers_distinct as (
  select
    customer__industry
  from computed
  group by customer__industry
),
days_rows as (
  select
    cast(calendar.day as date) as metric_time__day,
    date(datetime_trunc(cast(calendar.day as datetime), month)) as metric_time__month
  from shop.calendar as calendar
),
days_distinct as (
  select
    metric_time__day,
    metric_time__month
  from days_rows
  group by metric_time__day, metric_time__month
),
customers_totals as (
  select
    min(metric_time__day) as first_metric_time__day,
    max(metric_time__day) as last_metric_time__day,
    min(metric_time__month) as first_metric_time__month,
    max(metric_time__month) as last_metric_time__month
  from computed
),
computed_2 as (
  select
    days_distinct.metric_time__day,
    days_distinct.metric_time__month
  from days_distinct
  cross join customers_totals
  where days_distinct.metric_time__day >= customers_totals.first_metric_time__day
    and days_distinct.metric_time__day <= customers_totals.last_metric_time__day
    and days_distinct.metric_time__month >= customers_totals.first_metric_time__month
    and days_distinct.metric_time__month <= customers_totals.last_metric_time__month
),
customers_joined as (
  select
    customers_distinct.customer__industry,
    computed_2.metric_time__day,
    computed_2.metric_time__month
  from customers_distinct
  cross join computed_2
),
combined as (
  select
    metric_time__day,
    customer__industry,
    metric_time__month,
    max(new_customers) as new_customers,
    max(so_far__value) as so_far__value
  from (
    select metric_time__day, customer__industry, metric_time__month, new_customers, so_far__value
    from computed
    union all
    select metric_time__day, customer__industry, metric_time__month, cast(null as int64) as new_customers, cast(null as int64) as so_far__value
    from customers_joined
  ) as stacked
  group by metric_time__day, customer__industry, metric_time__month
),
customers_windowed as (
  select
    metric_time__day,
    customer__industry,
    metric_time__month,
    new_customers,
    so_far__value,
    sum(so_far__value) over (partition by customer__industry order by metric_time__day asc nulls last) as sum_of_so_far__value
  from combined
)
select
  metric_time__day,
  customer__industry,
  metric_time__month,
  new_customers,
  case when metric_time__day is not null then cast(sum_of_so_far__value as int64) else null end as so_far
from customers_windowed
order by metric_time__day asc nulls last, customer__industry asc nulls last, metric_time__month asc nulls last
-- @p1 = "FR"
-- @p2 = "2024-06-01"
-- @p3 = "2024-06-01T00:00:00"
