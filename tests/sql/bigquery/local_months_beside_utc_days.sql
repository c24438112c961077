with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'Asia/Tokyo'), month)) as metric_time__month
  from shop.orders as orders
  where orders.status <> @p1
),
orders_totals as (
  select
    metric_time__month,
    count(*) as orders
  from orders_rows
  group by metric_time__month
),
campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    date(datetime_trunc(datetime(campaign_spend.spent_on), month)) as metric_time__month
  from shop.campaign_spend as campaign_spend
),
marketing_spend_totals as (
  select
    metric_time__month,
    sum(spend_usd) as marketing_spend
  from campaign_spend_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(orders) as orders,
    max(marketing_spend) as marketing_spend
  from (
    select metric_time__month, orders, cast(null as int64) as marketing_spend
    from orders_totals
    union all
    select metric_time__month, cast(null as int64) as orders, marketing_spend
    from marketing_spend_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  orders,
  marketing_spend
from combined
order by metric_time__month asc nulls last
-- @p1 = "cancelled"
