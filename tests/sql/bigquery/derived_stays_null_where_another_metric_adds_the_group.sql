with order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime(order_lines.ordered_at, 'UTC')) as metric_time__day,
    order_lines.campaign_id as campaign_key
  from (
    SELECT
      line.order_id,
      line.line_no,
      line.tenant,
      line.product_id,
      line.ordered_at,
      line.quantity,
      line.unit_price_usd,
      line.discount_usd,
      line.unit_cost_usd,
      purchase.status AS order_status,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id,
      buyer.acquisition_channel,
      buyer.tier,
      buyer.industry
    FROM shop.order_lines AS line
    JOIN shop.orders AS purchase ON purchase.order_id = line.order_id
    LEFT JOIN shop.customers AS buyer ON buyer.customer_id = purchase.customer_id
  ) as order_lines
  where order_lines.order_status = @p1
),
campaigns_rows as (
  select
    campaigns.objective as campaign__objective,
    campaigns.campaign_id as campaign_key
  from shop.campaigns as campaigns
),
revenue_totals as (
  select
    order_lines_rows.metric_time__day,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join campaigns_rows on order_lines_rows.campaign_key = campaigns_rows.campaign_key
  where campaigns_rows.campaign__objective = @p2
  group by order_lines_rows.metric_time__day
),
returns_rows as (
  select
    returns.refund_usd,
    date(datetime(returns.returned_at, 'UTC')) as metric_time__day,
    returns.campaign_id as campaign_key
  from (
    SELECT
      item.return_id,
      item.order_id,
      item.line_no,
      item.tenant,
      item.product_id,
      item.returned_at,
      item.reason,
      item.quantity,
      item.refund_usd,
      item.recorded_at,
      purchase.customer_id,
      purchase.region,
      purchase.campaign_id
    FROM shop.returns AS item
    JOIN shop.orders AS purchase ON purchase.order_id = item.order_id
  ) as returns
),
refunds_totals as (
  select
    returns_rows.metric_time__day,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join campaigns_rows on returns_rows.campaign_key = campaigns_rows.campaign_key
  where campaigns_rows.campaign__objective = @p3
  group by returns_rows.metric_time__day
),
combined as (
  select
    metric_time__day,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select metric_time__day, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select metric_time__day, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by metric_time__day
),
computed as (
  select
    metric_time__day,
    coalesce(revenue, 0) - coalesce(refunds, 0) as net_revenue
  from combined
),
campaign_spend_rows as (
  select
    campaign_spend.spend_usd,
    campaign_spend.spent_on as metric_time__day,
    campaign_spend.campaign_id as campaign_key
  from shop.campaign_spend as campaign_spend
),
marketing_spend_totals as (
  select
    campaign_spend_rows.metric_time__day,
    sum(campaign_spend_rows.spend_usd) as marketing_spend
  from campaign_spend_rows
  left join campaigns_rows on campaign_spend_rows.campaign_key = campaigns_rows.campaign_key
  where campaigns_rows.campaign__objective = @p4
  group by campaign_spend_rows.metric_time__day
),
combined_2 as (
  select
    metric_time__day,
    max(net_revenue) as net_revenue,
    max(marketing_spend) as marketing_spend
  from (
    select metric_time__day, net_revenue, cast(null as int64) as marketing_spend
    from computed
    union all
    select metric_time__day, cast(null as int64) as net_revenue, marketing_spend
    from marketing_spend_totals
  ) as stacked
  group by metric_time__day
)
select
  metric_time__day,
  net_revenue,
  marketing_spend
from combined_2
order by metric_time__day asc nulls last
-- @p1 = "paid"
-- @p2 = "retention"
-- @p3 = "retention"
-- @p4 = "retention"
