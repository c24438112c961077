with days_rows as (
  select
    date(datetime_trunc(cast(calendar.day as datetime), quarter)) as metric_time__quarter
  from shop.calendar as calendar
),
days_distinct as (
  select
    metric_time__quarter
  from days_rows
  group by metric_time__quarter
)
select
  metric_time__quarter
from days_distinct
order by metric_time__quarter asc nulls last
