with sessions_rows as (
  select
    sessions.customer_id as customer_key,
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
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
sessions_totals as (
  select
    customers_rows.customer__segment,
    count(*) as sessions,
    sum(case when sessions_rows.has_purchase then 1 else 0 end) as buying_sessions
  from sessions_rows
  left join customers_rows on sessions_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__segment
)
select
  customer__segment,
  sessions,
  cast(buying_sessions as float64) / nullif(cast(sessions as float64), 0) as conversion_rate
from sessions_totals
order by customer__segment asc nulls last
