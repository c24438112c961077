with campaign_spend_rows as (
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
customers_rows as (
  select
    date(datetime_trunc(datetime(customers.signed_up_at, 'UTC'), month)) as metric_time__month
  from shop.customers as customers
),
new_customers_totals as (
  select
    metric_time__month,
    count(*) as new_customers
  from customers_rows
  group by metric_time__month
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    date(datetime_trunc(datetime(order_lines.ordered_at, 'UTC'), month)) as metric_time__month
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
  where order_lines.campaign_id is not null
    and order_lines.order_status = @p1
),
revenue_totals as (
  select
    metric_time__month,
    sum(revenue_input) as revenue
  from order_lines_rows
  group by metric_time__month
),
combined as (
  select
    metric_time__month,
    max(marketing_spend) as marketing_spend,
    max(new_customers) as new_customers,
    max(revenue) as revenue
  from (
    select metric_time__month, marketing_spend, cast(null as int64) as new_customers, cast(null as int64) as revenue
    from marketing_spend_totals
    union all
    select metric_time__month, cast(null as int64) as marketing_spend, new_customers, cast(null as int64) as revenue
    from new_customers_totals
    union all
    select metric_time__month, cast(null as int64) as marketing_spend, cast(null as int64) as new_customers, revenue
    from revenue_totals
  ) as stacked
  group by metric_time__month
)
select
  metric_time__month,
  marketing_spend,
  new_customers,
  cast(marketing_spend as float64) / nullif(cast(new_customers as float64), 0) as customer_acquisition_cost,
  cast(revenue as float64) / nullif(cast(marketing_spend as float64), 0) as roas
from combined
order by metric_time__month asc nulls last
-- @p1 = "paid"
