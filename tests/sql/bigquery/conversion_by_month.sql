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
    date(datetime_trunc(datetime(events.event_at, 'UTC'), month)) as metric_time__month,
    events.event_at - (datetime(events.event_at, 'UTC') - datetime_trunc(datetime(events.event_at, 'UTC'), second)) as base_time,
    events.visitor_id as base_visitor
  from shop.events as events
  where events.event_type = @p2
),
events_windowed_2 as (
  select
    events_windowed.conversion_id,
    events_rows_2.base_event_id,
    events_rows_2.metric_time__month,
    events_rows_2.base_time,
    row_number() over (partition by events_windowed.conversion_id order by events_rows_2.base_time desc nulls first, events_rows_2.base_event_id desc nulls first) as visit_to_buy_conversion_base_rank
  from events_windowed
  join events_rows_2 on events_windowed.conversion_visitor = events_rows_2.base_visitor and events_rows_2.base_time <= events_windowed.conversion_time and events_rows_2.base_time > timestamp_sub(events_windowed.conversion_time, interval 7 day)
),
visit_to_buy_conversion_totals as (
  select
    metric_time__month,
    count(*) as visit_to_buy_conversion
  from events_windowed_2
  where visit_to_buy_conversion_base_rank = 1
  group by metric_time__month
),
events_rows_3 as (
  select
    date(datetime_trunc(datetime(events.event_at, 'UTC'), month)) as metric_time__month
  from shop.events as events
  where events.event_type = @p3
),
visits_totals as (
  select
    metric_time__month,
    count(*) as visits
  from events_rows_3
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(visit_to_buy_conversion) as visit_to_buy_conversion,
    max(visits) as visits
  from (
    select metric_time__month, visit_to_buy_conversion, cast(null as int64) as visits
    from visit_to_buy_conversion_totals
    union all
    select metric_time__month, cast(null as int64) as visit_to_buy_conversion, visits
    from visits_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  cast(visit_to_buy_conversion as float64) / nullif(cast(visits as float64), 0) as visit_to_buy_conversion
from combined
order by metric_time__month asc nulls last
-- @p1 = "purchase"
-- @p2 = "visit"
-- @p3 = "visit"
