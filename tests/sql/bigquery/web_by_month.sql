with sessions_rows as (
  select
    date(datetime_trunc(datetime(sessions.started_at, 'UTC'), month)) as metric_time__month,
    sessions.has_purchase
  from (
    SELECT
      session_id,
      min(tenant) AS tenant,
      min(visitor_id) AS visitor_id,
      max(customer_id) AS customer_id,
      min(channel) AS channel,
      min(device) AS device,
      min(event_at) AS started_at,
      max(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END) = 1 AS has_purchase
    FROM shop.events
    GROUP BY session_id
  ) as sessions
),
sessions_totals as (
  select
    metric_time__month,
    count(*) as sessions,
    sum(case when has_purchase then 1 else 0 end) as buying_sessions
  from sessions_rows
  group by metric_time__month
)
select
  metric_time__month,
  sessions,
  cast(buying_sessions as float64) / nullif(cast(sessions as float64), 0) as conversion_rate
from sessions_totals
order by metric_time__month asc nulls last
