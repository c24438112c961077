with events_rows as (
  select
    events.event_at - (datetime(events.event_at, 'UTC') - datetime_trunc(datetime(events.event_at, 'UTC'), second)) as conversion_time,
    events.visitor_id as conversion_visitor
  from shop.events as events
  where events.event_type = @p1
),
computed as (
  select
    conversion_time,
    conversion_visitor
  from events_rows
),
events_windowed as (
  select
    conversion_time,
    conversion_visitor,
    row_number() over () as conversion_id
  from computed
),
events_rows_2 as (
  select
    events.event_id as base_event_id,
    events.event_at - (datetime(events.event_at, 'UTC') - datetime_trunc(datetime(events.event_at, 'UTC'), second)) as base_time,
    events.visitor_id as base_visitor,
    events.customer_id as customer_key
  from shop.events as events
  where events.event_type = @p2
),
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_key
  from shop.customers as customers
),
events_joined as (
  select
    events_rows_2.base_event_id,
    events_rows_2.base_time,
    events_rows_2.base_visitor,
    customers_rows.customer__segment
  from events_rows_2
  left join customers_rows on events_rows_2.customer_key = customers_rows.customer_key
),
events_windowed_2 as (
  select
    events_windowed.conversion_id,
    events_joined.base_event_id,
    events_joined.base_time,
    events_joined.customer__segment,
    row_number() over (partition by events_windowed.conversion_id order by events_joined.base_time desc nulls first, events_joined.base_event_id desc nulls first) as visit_to_buy_conversion_base_rank
  from events_windowed
  join events_joined on events_windowed.conversion_visitor = events_joined.base_visitor and events_joined.base_time <= events_windowed.conversion_time and events_joined.base_time > timestamp_sub(events_windowed.conversion_time, interval 7 day)
),
visit_to_buy_conversion_totals as (
  select
    customer__segment,
    count(*) as visit_to_buy_conversion
  from events_windowed_2
  where visit_to_buy_conversion_base_rank = 1
  group by customer__segment
),
events_rows_3 as (
  select
    events.customer_id as customer_key
  from shop.events as events
  where events.event_type = @p3
),
visits_totals as (
  select
    customers_rows.customer__segment,
    count(*) as visits
  from events_rows_3
  left join customers_rows on events_rows_3.customer_key = customers_rows.customer_key
  group by customers_rows.customer__segment
),
combined as (
  select
    customer__segment,
    max(visit_to_buy_conversion) as visit_to_buy_conversion,
    max(visits) as visits
  from (
    select customer__segment, visit_to_buy_conversion, cast(null as int64) as visits
    from visit_to_buy_conversion_totals
    union all
    select customer__segment, cast(null as int64) as visit_to_buy_conversion, visits
    from visits_totals
  ) as stacked
  group by customer__segment
)
select
  customer__segment,
  cast(visit_to_buy_conversion as float64) / nullif(cast(visits as float64), 0) as visit_to_buy_conversion
from combined
order by customer__segment asc nulls last
-- @p1 = "purchase"
-- @p2 = "visit"
-- @p3 = "visit"
