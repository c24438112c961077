with sessions_rows as (
  select
    sessions.device as session__device,
    sessions.channel as session__channel,
    sessions.has_purchase as session__has_purchase,
    date(datetime_trunc(datetime(sessions.started_at, 'UTC'), year)) as metric_time__year,
    1 as row_of_sessions
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
    session__device,
    session__channel,
    session__has_purchase,
    metric_time__year,
    count(*) as sessions,
    count(row_of_sessions) as row_of_sessions_count
  from sessions_rows
  group by session__device, session__channel, session__has_purchase, metric_time__year
)
select
  session__device,
  session__channel,
  session__has_purchase,
  metric_time__year,
  sessions
from sessions_totals
where row_of_sessions_count >= 5
order by session__device asc nulls last, session__channel asc nulls last, session__has_purchase asc nulls last, metric_time__year asc nulls last
