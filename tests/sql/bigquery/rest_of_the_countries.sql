with orders_rows as (
  select
    orders.customer_id,
    orders.status as order__status,
    orders.customer_id as customer_key
  from shop.orders as orders
  where orders.status <> @p1
),
customers_rows as (
  select
    customers.country as customer__country,
    customers.customer_id as customer_key
  from shop.customers as customers
),
orders_totals as (
  select
    customers_rows.customer__country,
    count(distinct orders_rows.customer_id) as active_customers,
    nullif(count(case when orders_rows.order__status = @p2 then 1 end), 0) as orders,
    count(*) as orders_2
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
order_lines_rows as (
  select
    order_lines.quantity * order_lines.unit_price_usd - order_lines.discount_usd as revenue_input,
    order_lines.customer_id as customer_key
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
  where order_lines.order_status = @p3
),
revenue_totals as (
  select
    customers_rows.customer__country,
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
returns_rows as (
  select
    returns.refund_usd,
    returns.customer_id as customer_key
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
    customers_rows.customer__country,
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join customers_rows on returns_rows.customer_key = customers_rows.customer_key
  group by customers_rows.customer__country
),
combined as (
  select
    customer__country,
    max(revenue) as revenue,
    max(refunds) as refunds
  from (
    select customer__country, revenue, cast(null as int64) as refunds
    from revenue_totals
    union all
    select customer__country, cast(null as int64) as revenue, refunds
    from refunds_totals
  ) as stacked
  group by customer__country
),
computed as (
  select
    customer__country,
    coalesce(revenue, 0) - coalesce(refunds, 0) as net_revenue
  from combined
),
combined_2 as (
  select
    customer__country,
    max(active_customers) as active_customers,
    max(orders) as orders,
    max(orders_2) as orders_2,
    max(revenue) as revenue,
    max(net_revenue) as net_revenue
  from (
    select customer__country, active_customers, orders, orders_2, cast(null as int64) as revenue, cast(null as int64) as net_revenue
    from orders_totals
    union all
    select customer__country, cast(null as int64) as active_customers, cast(null as int64) as orders, cast(null as int64) as orders_2, revenue, cast(null as int64) as net_revenue
    from revenue_totals
    union all
    select customer__country, cast(null as int64) as active_customers, cast(null as int64) as orders, cast(null as int64) as orders_2, cast(null as int64) as revenue, net_revenue
    from computed
  ) as stacked
  group by customer__country
),
computed_2 as (
  select
    customer__country,
    active_customers,
    cast(revenue as float64) / nullif(cast(orders as float64), 0) as average_order_value,
    orders_2 as orders,
    net_revenue
  from combined_2
),
orders_windowed as (
  select
    customer__country,
    active_customers,
    average_order_value,
    orders,
    net_revenue,
    row_number() over (order by active_customers desc nulls last, customer__country asc nulls last) as place
  from computed_2
),
orders_answer as (
  select
    customer__country,
    active_customers,
    average_order_value,
    orders,
    net_revenue
  from orders_windowed
  where place <= 3
  order by customer__country asc nulls last
),
computed_3 as (
  select
    customer__country as customer__country_of_group,
    1 as is_of_group
  from orders_answer
),
orders_totals_2 as (
  select
    count(distinct orders_rows.customer_id) as active_customers,
    nullif(count(case when orders_rows.order__status = @p4 then 1 end), 0) as orders,
    nullif(count(*), 0) as orders_2
  from orders_rows
  left join customers_rows on orders_rows.customer_key = customers_rows.customer_key
  left join computed_3 on coalesce(cast(customers_rows.customer__country as string), '') = coalesce(cast(computed_3.customer__country_of_group as string), '') and (customers_rows.customer__country is null) = (computed_3.customer__country_of_group is null)
  where computed_3.is_of_group is null
),
revenue_totals_2 as (
  select
    sum(order_lines_rows.revenue_input) as revenue
  from order_lines_rows
  left join customers_rows on order_lines_rows.customer_key = customers_rows.customer_key
  left join computed_3 on coalesce(cast(customers_rows.customer__country as string), '') = coalesce(cast(computed_3.customer__country_of_group as string), '') and (customers_rows.customer__country is null) = (computed_3.customer__country_of_group is null)
  where computed_3.is_of_group is null
),
refunds_totals_2 as (
  select
    sum(returns_rows.refund_usd) as refunds
  from returns_rows
  left join customers_rows on returns_rows.customer_key = customers_rows.customer_key
  left join computed_3 on coalesce(cast(customers_rows.customer__country as string), '') = coalesce(cast(computed_3.customer__country_of_group as string), '') and (customers_rows.customer__country is null) = (computed_3.customer__country_of_group is null)
  where computed_3.is_of_group is null
),
combined_3 as (
  select
    revenue_totals_2.revenue,
    refunds_totals_2.refunds
  from revenue_totals_2
  cross join refunds_totals_2
),
computed_4 as (
  select
    coalesce(revenue, 0) - coalesce(refunds, 0) as net_revenue
  from combined_3
),
combined_4 as (
  select
    orders_totals_2.active_customers,
    orders_totals_2.orders,
    orders_totals_2.orders_2,
    revenue_totals_2.revenue,
    computed_4.net_revenue
  from orders_totals_2
  cross join revenue_totals_2
  cross join computed_4
),
computed_5 as (
  select
    active_customers,
    cast(revenue as float64) / nullif(cast(orders as float64), 0) as average_order_value,
    orders_2 as orders,
    net_revenue
  from combined_4
)
select
  active_customers,
  average_order_value,
  orders,
  net_revenue
from computed_5
where (active_customers is not null or average_order_value is not null or orders is not null or net_revenue is not null)
-- @p1 = "cancelled"
-- @p2 = "paid"
-- @p3 = "paid"
-- @p4 = "paid"
