with orders_rows as (
  select
    date(datetime_trunc(datetime(orders.ordered_at, 'Asia/Tokyo'), month)) as metric_time__month,
    orders.ordered_at - (datetime(orders.ordered_at, 'Asia/Tokyo') - datetime_trunc(datetime(orders.ordered_at, 'Asia/Tokyo'), second)) as metric_time__second,
    orders.customer_id as customer_key
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
orders_totals as (
  select
    customers_history_rows.customer__segment_then,
    orders_rows.metric_time__month,
    count(*) as orders
  from orders_rows
  left join customers_history_rows on orders_rows.customer_key = customers_history_rows.customer_key and datetime(customers_history_rows.customer_customer_valid_from) <= datetime(orders_rows.metric_time__second, 'Asia/Tokyo') and (datetime(orders_rows.metric_time__second, 'Asia/Tokyo') < datetime(customers_history_rows.customer_customer_valid_to) or customers_history_rows.customer_customer_valid_to is null)
  group by customers_history_rows.customer__segment_then, orders_rows.metric_time__month
)
select
  customer__segment_then,
  metric_time__month,
  orders
from orders_totals
order by customer__segment_then asc nulls last, metric_time__month asc nulls last
-- @p1 = "cancelled"
