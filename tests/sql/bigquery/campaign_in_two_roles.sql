with orders_rows as (
  select
    orders.customer_id as customer_key,
    orders.campaign_id as campaign_key
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    customers.customer_id as customer_key,
    customers.campaign_id as customer__campaign_key
  from shop.customers as customers
),
campaigns_rows as (
  select
    campaigns.channel as customer__campaign__channel,
    campaigns.campaign_id as customer__campaign_key
  from shop.campaigns as campaigns
),
campaigns_rows_2 as (
  select
    campaigns.channel as campaign__channel,
    campaigns.campaign_id as campaign_key
  from shop.campaigns as campaigns
),
orders_totals as (
  select
    campaigns_rows_2.campaign__channel,
    campaigns_rows.customer__campaign__channel,
    count(*) as orders
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  left join campaigns_rows on customers_rows.customer__campaign_key = campaigns_rows.customer__campaign_key
  left join campaigns_rows_2 on orders_rows.campaign_key = campaigns_rows_2.campaign_key
  group by campaigns_rows_2.campaign__channel, campaigns_rows.customer__campaign__channel
)
select
  campaign__channel,
  customer__campaign__channel,
  orders
from orders_totals
order by campaign__channel asc nulls last, customer__campaign__channel asc nulls last
-- @p1 = "cancelled"
