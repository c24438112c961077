with payments_rows as (
  select
    payments.amount_usd,
    payments.order_id as order_key
  from shop.payments as payments
),
orders_rows as (
  select
    orders.status as order__status,
    orders.order_id as order_key,
    orders.customer_id as order__customer_key
  from shop.orders as orders
),
customers_rows as (
  select
    customers.segment as order__customer__segment,
    customers.customer_id as order__customer_key
  from shop.customers as customers
),
cash_collected_totals as (
  select
    orders_rows.order__status,
    customers_rows.order__customer__segment,
    sum(payments_rows.amount_usd) as cash_collected
  from payments_rows
  left join orders_rows on payments_rows.order_key = orders_rows.order_key
  left join customers_rows on orders_rows.order__customer_key = customers_rows.order__customer_key
  group by orders_rows.order__status, customers_rows.order__customer__segment
)
select
  order__status,
  order__customer__segment,
  cash_collected
from cash_collected_totals
order by order__status asc nulls last, order__customer__segment asc nulls last
