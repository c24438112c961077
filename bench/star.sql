-- A star of a million orders over three years, in the schema "star". Every value is a hash of its row's number, so that
-- each PostgreSQL makes the same rows.
begin;
create schema star;

create table star.dim_regions as
select g as region_id, 'Region ' || lpad(g::text, 2, '0') as name, (array['EMEA', 'AMER', 'APAC'])[1 + (g % 3)] as zone
from generate_series(1, 12) g;

create table star.dim_products as
select g as product_id, 'Product ' || g as name,
  'Category ' || lpad((1 + (g % 13))::text, 2, '0') as category,
  'Brand ' || lpad((1 + (g % 37))::text, 2, '0') as brand
from generate_series(1, 650) g;

create table star.dim_customers as
select g as customer_id, 'Customer ' || g as name,
  (array['Consumer', 'SMB', 'Mid-Market', 'Enterprise', 'Public'])[1 + (abs(hashint4(g)) % 5)] as segment,
  (array['US', 'DE', 'FR', 'GB', 'JP', 'BR', 'IN', 'CA', 'AU', 'ES', 'IT', 'NL', 'SE', 'PL', 'MX', 'ZA', 'KR', 'SG', 'CH',
    'BE'])[1 + (abs(hashint4(g * 7 + 1)) % 20)] as country,
  date '2021-01-01' + (abs(hashint4(g * 13 + 5)) % 1460) as signup_date
from generate_series(1, 50000) g;

create table star.fact_orders as
select g as order_id,
  1 + (abs(hashint4(g * 3 + 11)) % 50000) as customer_id,
  1 + (abs(hashint4(g * 5 + 17)) % 650) as product_id,
  1 + (abs(hashint4(g * 7 + 23)) % 12) as region_id,
  timestamp '2022-01-01' + make_interval(secs => (abs(hashint8(g::bigint * 11 + 29)) % (1096 * 86400))) as order_date,
  (array['completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'shipped', 'processing',
    'returned', 'cancelled'])[1 + (abs(hashint4(g * 13 + 31)) % 10)] as status,
  (5 + (abs(hashint4(g * 17 + 37)) % 49500) / 100.0)::numeric(12, 2) as revenue,
  (3 + (abs(hashint4(g * 19 + 41)) % 30000) / 100.0)::numeric(12, 2) as cost,
  1 + (abs(hashint4(g * 23 + 43)) % 8) as quantity
from generate_series(1, 1000000) g;

alter table star.dim_regions add primary key (region_id);
alter table star.dim_products add primary key (product_id);
alter table star.dim_customers add primary key (customer_id);
alter table star.fact_orders add primary key (order_id);
create index fact_orders_date_idx on star.fact_orders (order_date);
create index fact_orders_customer_idx on star.fact_orders (customer_id);
create index fact_orders_product_idx on star.fact_orders (product_id);
create index fact_orders_region_idx on star.fact_orders (region_id);

analyze star.dim_regions, star.dim_products, star.dim_customers, star.fact_orders;
commit;
