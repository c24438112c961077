with orders_rows as (
  select
    extract(year from datetime(orders.ordered_at, 'UTC')) as metric_time__extract_year,
    extract(quarter from datetime(orders.ordered_at, 'UTC')) as metric_time__extract_quarter,
    extract(month from datetime(orders.ordered_at, 'UTC')) as metric_time__extract_month,
    extract(day from datetime(orders.ordered_at, 'UTC')) as metric_time__extract_day,
    (mod(extract(dayofweek from datetime(orders.ordered_at, 'UTC')) + 5, 7) + 1) as metric_time__extract_dow,
    extract(dayofyear from datetime(orders.ordered_at, 'UTC')) as metric_time__extract_doy
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    metric_time__extract_year,
    metric_time__extract_quarter,
    metric_time__extract_month,
    metric_time__extract_day,
    metric_time__extract_dow,
    metric_time__extract_doy,
    count(*) as orders
  from orders_rows
  group by metric_time__extract_year, metric_time__extract_quarter, metric_time__extract_month, metric_time__extract_day, metric_time__extract_dow, metric_time__extract_doy
)
select
  metric_time__extract_year,
  metric_time__extract_quarter,
  metric_time__extract_month,
  metric_time__extract_day,
  metric_time__extract_dow,
  metric_time__extract_doy,
  orders
from orders_totals
order by metric_time__extract_year asc nulls last, metric_time__extract_quarter asc nulls last, metric_time__extract_month asc nulls last, metric_time__extract_day asc nulls last, metric_time__extract_dow asc nulls last, metric_time__extract_doy asc nulls last
-- @p1 = "cancelled"
