with sessions_rows as (
  select
    sessions.channel as session__channel,
    sessions.device as session__device
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
    session__channel,
    session__device,
    count(*) as sessions
  from sessions_rows
  group by session__channel, session__device
)
select
  session__channel,
  session__device,
  sessions
from sessions_totals
order by session__device asc nulls last, session__channel asc nulls last
limit 1000000000000
offset 5
