with payments_rows as (
  select
    payments.amount_usd,
    date(datetime_trunc(datetime(payments.paid_at, 'UTC'), month)) as metric_time__month
  from shop.payments as payments
),
cash_collected_totals as (
  select
    metric_time__month,
    sum(amount_usd) as cash_collected
  from payments_rows
  group by metric_time__month
)
select
  metric_time__month,
  cash_collected
from cash_collected_totals
order by metric_time__month asc nulls last
