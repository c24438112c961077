with orders_rows as (
  select
    orders.ordered_at - (datetime(orders.ordered_at, 'UTC') - datetime_trunc(datetime(orders.ordered_at, 'UTC'), second)) as metric_time__second,
    orders.customer_id as customer_key,
    orders.customer_id as customer_2_key
  from shop.orders as orders
  where orders.status <> @p1
),
customers_history_rows as (
  select
    customers_history.segment as customer__segment_then,
    customers_history.customer_id as customer_key,
    customers_history.valid_from as customer_customer_valid_from,
    customers_history.valid_to as customer_customer_valid_to
  from shop.customers_history as customers_history
),
customers_rows as (
  select
    customers.segment as customer__segment,
    customers.customer_id as customer_2_key
  from shop.customers as customers
),
orders_totals as (
  select
    customers_history_rows.customer__segment_then,
    customers_rows.customer__segment,
    count(*) as orders
  from orders_rows
  left join customers_history_rows on orders_rows.customer_key = customers_history_rows.customer_key and datetime(customers_history_rows.customer_customer_valid_from) <= datetime(orders_rows.metric_time__second, 'UTC') and (datetime(orders_rows.metric_time__second, 'UTC') < datetime(customers_history_rows.customer_customer_valid_to) or customers_history_rows.customer_customer_valid_to is null)
  left join customers_rows on orders_rows.customer_2_key = customers_rows.customer_2_key
  group by customers_history_rows.customer__segment_then, customers_rows.customer__segment
)
select
  customer__segment_then,
  customer__segment,
  orders
from orders_totals
order by customer__segment_then asc nulls last, customer__segment asc nulls last
-- @p1 = "cancelled"
