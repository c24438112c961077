-- The sample company: software subscriptions and a web shop, two tenants, 2023-11-01 to 2026-10-31.
-- Runs on DuckDB and PostgreSQL alike. As in most warehouses no key is enforced: what holds is said in the comments.
-- Money is US dollars unless a column says otherwise. Instants are stored in UTC. Every table but fx_rates and
-- calendar belongs to tenants: 'northwind' or 'contoso'; a row never refers to a row of the other tenant.

CREATE SCHEMA shop;

CREATE TABLE shop.customers (
  customer_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  tier VARCHAR NOT NULL,
  industry VARCHAR,
  region VARCHAR NOT NULL,
  country VARCHAR,
  acquisition_channel VARCHAR NOT NULL,
  campaign_id BIGINT,
  signed_up_at TIMESTAMP WITH TIME ZONE NOT NULL,
  signed_up_on DATE NOT NULL
);
COMMENT ON TABLE shop.customers IS 'One row a customer as it is today: the last version in customers_history. Key: customer_id.';
COMMENT ON COLUMN shop.customers.customer_id IS 'Identifies a customer, over both tenants.';
COMMENT ON COLUMN shop.customers.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.customers.name IS 'Company name.';
COMMENT ON COLUMN shop.customers.email IS 'Address of the buyer: personal data.';
COMMENT ON COLUMN shop.customers.segment IS 'enterprise, mid_market or smb.';
COMMENT ON COLUMN shop.customers.tier IS 'strategic, growth or core: how sales ranks the account.';
COMMENT ON COLUMN shop.customers.industry IS 'software, retail, manufacturing, finance, healthcare or education; NULL where nobody asked.';
COMMENT ON COLUMN shop.customers.region IS 'AMER, EMEA or APAC.';
COMMENT ON COLUMN shop.customers.country IS 'ISO 3166 two-letter code; NULL for some.';
COMMENT ON COLUMN shop.customers.acquisition_channel IS 'paid_search, paid_social, email, partner, organic or direct; the last two cost nothing.';
COMMENT ON COLUMN shop.customers.campaign_id IS 'The campaign that won the customer; NULL for organic and direct and where the trace was lost.';
COMMENT ON COLUMN shop.customers.signed_up_at IS 'Instant of the sign-up, from 2023-01-01; some within the hour around midnight UTC.';
COMMENT ON COLUMN shop.customers.signed_up_on IS 'UTC date of signed_up_at.';

CREATE TABLE shop.customers_history (
  customer_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  tier VARCHAR NOT NULL,
  industry VARCHAR,
  region VARCHAR NOT NULL,
  country VARCHAR,
  valid_from DATE NOT NULL,
  valid_to DATE
);
COMMENT ON TABLE shop.customers_history IS 'Slowly changing, type 2: one row a customer and period. Key: customer_id, valid_from. Periods of a customer follow each other without gap or overlap.';
COMMENT ON COLUMN shop.customers_history.customer_id IS 'The customer, in several rows.';
COMMENT ON COLUMN shop.customers_history.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.customers_history.segment IS 'Segment in this period.';
COMMENT ON COLUMN shop.customers_history.tier IS 'Tier in this period.';
COMMENT ON COLUMN shop.customers_history.industry IS 'Industry; NULL where nobody asked.';
COMMENT ON COLUMN shop.customers_history.region IS 'Region in this period.';
COMMENT ON COLUMN shop.customers_history.country IS 'Country in this period; NULL for some.';
COMMENT ON COLUMN shop.customers_history.valid_from IS 'First day of the period; the first one is the day of the sign-up.';
COMMENT ON COLUMN shop.customers_history.valid_to IS 'First day after the period (exclusive); NULL in the current row.';

CREATE TABLE shop.products (
  product_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  sku VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  category VARCHAR NOT NULL,
  list_price_usd DECIMAL(18,2) NOT NULL,
  cost_usd DECIMAL(18,2) NOT NULL,
  launched_on DATE NOT NULL,
  discontinued_on DATE
);
COMMENT ON TABLE shop.products IS 'One row a product as it is today: the last version in products_history. Key: product_id.';
COMMENT ON COLUMN shop.products.product_id IS 'Identifies a product, over both tenants.';
COMMENT ON COLUMN shop.products.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.products.sku IS 'Stock-keeping unit, unique.';
COMMENT ON COLUMN shop.products.name IS 'Name in the shop; not unique.';
COMMENT ON COLUMN shop.products.category IS 'hardware, accessories, networking, storage, audio or furniture.';
COMMENT ON COLUMN shop.products.list_price_usd IS 'List price of one unit today, USD.';
COMMENT ON COLUMN shop.products.cost_usd IS 'What one unit costs us today, USD: confidential.';
COMMENT ON COLUMN shop.products.launched_on IS 'First day on sale.';
COMMENT ON COLUMN shop.products.discontinued_on IS 'First day no longer stocked; NULL while it is. Remaining orders may come later.';

CREATE TABLE shop.products_history (
  product_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  category VARCHAR NOT NULL,
  list_price_usd DECIMAL(18,2) NOT NULL,
  cost_usd DECIMAL(18,2) NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE
);
COMMENT ON TABLE shop.products_history IS 'Slowly changing, type 2: one row a product and period. Key: product_id, valid_from. No gap, no overlap.';
COMMENT ON COLUMN shop.products_history.product_id IS 'The product, in several rows.';
COMMENT ON COLUMN shop.products_history.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.products_history.category IS 'Category in this period: some products moved.';
COMMENT ON COLUMN shop.products_history.list_price_usd IS 'List price of one unit in this period, USD.';
COMMENT ON COLUMN shop.products_history.cost_usd IS 'Cost of one unit in this period, USD: confidential.';
COMMENT ON COLUMN shop.products_history.valid_from IS 'First day of the period; the first one is launched_on.';
COMMENT ON COLUMN shop.products_history.valid_to IS 'First day after the period (exclusive); NULL in the current row.';

CREATE TABLE shop.orders (
  order_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  customer_id BIGINT,
  region VARCHAR,
  ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ordered_on DATE NOT NULL,
  status VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  campaign_id BIGINT,
  currency VARCHAR NOT NULL,
  amount DECIMAL(18,2) NOT NULL,
  amount_usd DECIMAL(18,2) NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
);
COMMENT ON TABLE shop.orders IS 'One row an order in the shop, cancelled ones included. Key: order_id.';
COMMENT ON COLUMN shop.orders.order_id IS 'Identifies an order, over both tenants.';
COMMENT ON COLUMN shop.orders.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.orders.customer_id IS 'The buyer. NULL for guests; some point to customers that were deleted.';
COMMENT ON COLUMN shop.orders.region IS 'Region of the buyer on that day: AMER, EMEA or APAC; NULL for guests and for customers that were deleted.';
COMMENT ON COLUMN shop.orders.ordered_at IS 'Instant of the order; some lie around midnight UTC and around the clock changes of 2026-03-08 (US), 2026-03-29 and 2026-10-25 (EU).';
COMMENT ON COLUMN shop.orders.ordered_on IS 'UTC date of ordered_at.';
COMMENT ON COLUMN shop.orders.status IS 'placed (not yet paid), paid or cancelled.';
COMMENT ON COLUMN shop.orders.channel IS 'Channel of the last touch: paid_search, paid_social, email, partner, organic or direct.';
COMMENT ON COLUMN shop.orders.campaign_id IS 'Campaign of the last touch, running at that time; NULL without one.';
COMMENT ON COLUMN shop.orders.currency IS 'EUR, USD or GBP.';
COMMENT ON COLUMN shop.orders.amount IS 'Sum of the lines after discounts, in currency. Zero for samples given away and for orders without lines.';
COMMENT ON COLUMN shop.orders.amount_usd IS 'The same in USD: exactly the sum of quantity * unit_price_usd - discount_usd over the lines.';
COMMENT ON COLUMN shop.orders.recorded_at IS 'When the row reached the warehouse: minutes later, for late rows up to 40 days.';

CREATE TABLE shop.order_lines (
  order_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  tenant VARCHAR NOT NULL,
  product_id BIGINT,
  ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  quantity INTEGER NOT NULL,
  unit_price_usd DECIMAL(18,2) NOT NULL,
  discount_usd DECIMAL(18,2) NOT NULL,
  unit_cost_usd DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE shop.order_lines IS 'One row a line of an order. Key: order_id, line_no. Lines of cancelled and unpaid orders included: filter on the status of the order.';
COMMENT ON COLUMN shop.order_lines.order_id IS 'The order; always exists.';
COMMENT ON COLUMN shop.order_lines.line_no IS '1, 2, ... within the order.';
COMMENT ON COLUMN shop.order_lines.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.order_lines.product_id IS 'The product. NULL for free-text lines; some point to products that were deleted.';
COMMENT ON COLUMN shop.order_lines.ordered_at IS 'ordered_at of the order.';
COMMENT ON COLUMN shop.order_lines.quantity IS 'Units sold, at least 1.';
COMMENT ON COLUMN shop.order_lines.unit_price_usd IS 'Price of one unit before discount, USD.';
COMMENT ON COLUMN shop.order_lines.discount_usd IS 'Discount on the whole line, USD, positive; a line given away has its full price here.';
COMMENT ON COLUMN shop.order_lines.unit_cost_usd IS 'What one unit cost us on that day, USD, as in products_history; 0 without product: confidential.';

CREATE TABLE shop.returns (
  return_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  tenant VARCHAR NOT NULL,
  product_id BIGINT,
  returned_at TIMESTAMP WITH TIME ZONE NOT NULL,
  reason VARCHAR,
  quantity INTEGER NOT NULL,
  refund_usd DECIMAL(18,2) NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
);
COMMENT ON TABLE shop.returns IS 'One row a returned line of a paid order, at most one a line. Key: return_id.';
COMMENT ON COLUMN shop.returns.return_id IS 'Identifies a return.';
COMMENT ON COLUMN shop.returns.order_id IS 'The order; with line_no the line. Always exists.';
COMMENT ON COLUMN shop.returns.line_no IS 'The line within the order.';
COMMENT ON COLUMN shop.returns.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.returns.product_id IS 'product_id of the line, NULL and orphans included.';
COMMENT ON COLUMN shop.returns.returned_at IS 'Instant of the return: days to weeks after the order, often in another month.';
COMMENT ON COLUMN shop.returns.reason IS 'damaged, wrong_item, not_needed or late; NULL where none was given.';
COMMENT ON COLUMN shop.returns.quantity IS 'Units returned: 1 to the quantity of the line.';
COMMENT ON COLUMN shop.returns.refund_usd IS 'Money given back, USD, positive.';
COMMENT ON COLUMN shop.returns.recorded_at IS 'When the row reached the warehouse; some much later.';

CREATE TABLE shop.payments (
  payment_id BIGINT NOT NULL,
  order_id BIGINT,
  tenant VARCHAR NOT NULL,
  paid_at TIMESTAMP WITH TIME ZONE NOT NULL,
  method VARCHAR NOT NULL,
  amount_usd DECIMAL(18,2) NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
);
COMMENT ON TABLE shop.payments IS 'One row a movement of money for an order: instalments positive, refunds negative. Key: payment_id. Several an order: joining orders to payments multiplies rows.';
COMMENT ON COLUMN shop.payments.payment_id IS 'Identifies a payment.';
COMMENT ON COLUMN shop.payments.order_id IS 'The order; NULL where the bank text could not be matched.';
COMMENT ON COLUMN shop.payments.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.payments.paid_at IS 'Instant of the payment; some come months after the order.';
COMMENT ON COLUMN shop.payments.method IS 'card, transfer or wallet.';
COMMENT ON COLUMN shop.payments.amount_usd IS 'USD; negative for refunds of returns and of cancelled orders that had been paid.';
COMMENT ON COLUMN shop.payments.recorded_at IS 'When the row reached the warehouse; some much later.';

CREATE TABLE shop.events (
  event_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  session_id BIGINT NOT NULL,
  visitor_id BIGINT NOT NULL,
  customer_id BIGINT,
  event_at TIMESTAMP WITH TIME ZONE NOT NULL,
  event_type VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  device VARCHAR NOT NULL,
  product_id BIGINT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
);
COMMENT ON TABLE shop.events IS 'One row a step in the web shop. Key: event_id. Sampled, so it does not reconcile with orders.';
COMMENT ON COLUMN shop.events.event_id IS 'Identifies an event.';
COMMENT ON COLUMN shop.events.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.events.session_id IS 'One visit of one visitor; starts with one event of type visit. Some cross midnight UTC.';
COMMENT ON COLUMN shop.events.visitor_id IS 'The browser: several sessions.';
COMMENT ON COLUMN shop.events.customer_id IS 'Known after login only: NULL for most; some orphans.';
COMMENT ON COLUMN shop.events.event_at IS 'Instant of the event.';
COMMENT ON COLUMN shop.events.event_type IS 'visit, view, cart, checkout or purchase.';
COMMENT ON COLUMN shop.events.channel IS 'Channel of the session, as in orders.';
COMMENT ON COLUMN shop.events.device IS 'desktop, mobile or tablet.';
COMMENT ON COLUMN shop.events.product_id IS 'The product looked at; NULL for visit and checkout.';
COMMENT ON COLUMN shop.events.recorded_at IS 'When the row reached the warehouse; mobile events up to 3 days later.';

CREATE TABLE shop.inventory_daily (
  product_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  snapshot_on DATE NOT NULL,
  on_hand INTEGER NOT NULL,
  on_order INTEGER NOT NULL
);
COMMENT ON TABLE shop.inventory_daily IS 'Stock of the 60 best-selling products at the end of each day. Key: product_id, snapshot_on. Add over products, never over days. Some days are missing for some products, and discontinued products have none.';
COMMENT ON COLUMN shop.inventory_daily.product_id IS 'The product; always exists.';
COMMENT ON COLUMN shop.inventory_daily.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.inventory_daily.snapshot_on IS 'The day, UTC.';
COMMENT ON COLUMN shop.inventory_daily.on_hand IS 'Units in stock; 0 when sold out.';
COMMENT ON COLUMN shop.inventory_daily.on_order IS 'Units ordered from suppliers, not yet here.';

CREATE TABLE shop.campaigns (
  campaign_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  objective VARCHAR NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE
);
COMMENT ON TABLE shop.campaigns IS 'One row a marketing campaign. Key: campaign_id.';
COMMENT ON COLUMN shop.campaigns.campaign_id IS 'Identifies a campaign.';
COMMENT ON COLUMN shop.campaigns.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.campaigns.name IS 'Name, unique.';
COMMENT ON COLUMN shop.campaigns.channel IS 'paid_search, paid_social, email or partner.';
COMMENT ON COLUMN shop.campaigns.objective IS 'acquisition, retention or awareness.';
COMMENT ON COLUMN shop.campaigns.started_on IS 'First day of spending.';
COMMENT ON COLUMN shop.campaigns.ended_on IS 'Last day of spending (inclusive); NULL while it runs.';

CREATE TABLE shop.campaign_spend (
  campaign_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  spent_on DATE NOT NULL,
  channel VARCHAR NOT NULL,
  tier VARCHAR NOT NULL,
  industry VARCHAR NOT NULL,
  spend_usd DECIMAL(18,2) NOT NULL,
  impressions INTEGER NOT NULL,
  clicks INTEGER NOT NULL
);
COMMENT ON TABLE shop.campaign_spend IS 'One row a campaign, day and audience it aimed at. Key: campaign_id, spent_on, tier, industry.';
COMMENT ON COLUMN shop.campaign_spend.campaign_id IS 'The campaign; some spend was booked on campaigns that were deleted.';
COMMENT ON COLUMN shop.campaign_spend.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.campaign_spend.spent_on IS 'The day, UTC.';
COMMENT ON COLUMN shop.campaign_spend.channel IS 'Channel of the campaign: compare customers.acquisition_channel.';
COMMENT ON COLUMN shop.campaign_spend.tier IS 'Tier aimed at: compare customers.tier.';
COMMENT ON COLUMN shop.campaign_spend.industry IS 'Industry aimed at: compare customers.industry.';
COMMENT ON COLUMN shop.campaign_spend.spend_usd IS 'Money spent, USD; negative where the network gave a credit.';
COMMENT ON COLUMN shop.campaign_spend.impressions IS 'Times shown.';
COMMENT ON COLUMN shop.campaign_spend.clicks IS 'Times clicked.';

CREATE TABLE shop.subscriptions (
  subscription_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  customer_id BIGINT NOT NULL,
  plan VARCHAR NOT NULL,
  billing_period VARCHAR NOT NULL,
  currency VARCHAR NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE,
  mrr DECIMAL(18,2) NOT NULL,
  mrr_usd DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE shop.subscriptions IS 'One row a subscription as it is today, or was when it ended. Key: subscription_id. A customer may have several, also at once; coming back after churn starts a new one.';
COMMENT ON COLUMN shop.subscriptions.subscription_id IS 'Identifies a subscription.';
COMMENT ON COLUMN shop.subscriptions.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.subscriptions.customer_id IS 'The customer; always exists.';
COMMENT ON COLUMN shop.subscriptions.plan IS 'starter, team, business or enterprise: the last one.';
COMMENT ON COLUMN shop.subscriptions.billing_period IS 'monthly or annual; MRR of an annual one is a twelfth of its price.';
COMMENT ON COLUMN shop.subscriptions.currency IS 'EUR, USD or GBP; never changes.';
COMMENT ON COLUMN shop.subscriptions.started_on IS 'First day, from 2023-01-01.';
COMMENT ON COLUMN shop.subscriptions.ended_on IS 'First day without it; NULL while it runs.';
COMMENT ON COLUMN shop.subscriptions.mrr IS 'Monthly recurring revenue after the last change but the cancellation, in currency.';
COMMENT ON COLUMN shop.subscriptions.mrr_usd IS 'The same in USD, at the rate of the month in which the subscription started, so that exchange rates move no MRR.';

CREATE TABLE shop.subscription_changes (
  subscription_id BIGINT NOT NULL,
  change_no INTEGER NOT NULL,
  tenant VARCHAR NOT NULL,
  customer_id BIGINT NOT NULL,
  changed_on DATE NOT NULL,
  kind VARCHAR NOT NULL,
  plan VARCHAR NOT NULL,
  seats INTEGER NOT NULL,
  mrr_usd DECIMAL(18,2) NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
);
COMMENT ON TABLE shop.subscription_changes IS 'One row a change of a subscription, its start included. Key: subscription_id, change_no.';
COMMENT ON COLUMN shop.subscription_changes.subscription_id IS 'The subscription.';
COMMENT ON COLUMN shop.subscription_changes.change_no IS '1 for the start, then 2, 3, ... in order of changed_on.';
COMMENT ON COLUMN shop.subscription_changes.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.subscription_changes.customer_id IS 'The customer.';
COMMENT ON COLUMN shop.subscription_changes.changed_on IS 'First day on which it holds.';
COMMENT ON COLUMN shop.subscription_changes.kind IS 'start, upgrade, downgrade, seats_added, seats_removed or cancel.';
COMMENT ON COLUMN shop.subscription_changes.plan IS 'Plan from that day on.';
COMMENT ON COLUMN shop.subscription_changes.seats IS 'Seats from that day on; 0 after cancel.';
COMMENT ON COLUMN shop.subscription_changes.mrr_usd IS 'Monthly recurring revenue from that day on, USD; 0 after cancel.';
COMMENT ON COLUMN shop.subscription_changes.recorded_at IS 'When the row reached the warehouse; some much later.';

CREATE TABLE shop.mrr_monthly (
  customer_id BIGINT NOT NULL,
  tenant VARCHAR NOT NULL,
  mrr_month DATE NOT NULL,
  opening_mrr_usd DECIMAL(18,2) NOT NULL,
  new_mrr_usd DECIMAL(18,2) NOT NULL,
  reactivation_mrr_usd DECIMAL(18,2) NOT NULL,
  expansion_mrr_usd DECIMAL(18,2) NOT NULL,
  contraction_mrr_usd DECIMAL(18,2) NOT NULL,
  churned_mrr_usd DECIMAL(18,2) NOT NULL,
  closing_mrr_usd DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE shop.mrr_monthly IS 'MRR bridge: one row a customer and month in which it had MRR at the start or at the end, 2023-11 to 2026-10. Key: customer_id, mrr_month. opening + new + reactivation + expansion - contraction - churned = closing; opening is the closing of the month before (0 where that row is missing). Add over customers; opening and closing never over months.';
COMMENT ON COLUMN shop.mrr_monthly.customer_id IS 'The customer; all its subscriptions together. Always exists.';
COMMENT ON COLUMN shop.mrr_monthly.tenant IS 'northwind or contoso.';
COMMENT ON COLUMN shop.mrr_monthly.mrr_month IS 'First day of the month.';
COMMENT ON COLUMN shop.mrr_monthly.opening_mrr_usd IS 'MRR on the last day of the month before, USD.';
COMMENT ON COLUMN shop.mrr_monthly.new_mrr_usd IS 'MRR of a customer that never had any before, USD.';
COMMENT ON COLUMN shop.mrr_monthly.reactivation_mrr_usd IS 'MRR of a customer that comes back after a month end without any, USD.';
COMMENT ON COLUMN shop.mrr_monthly.expansion_mrr_usd IS 'Net increase of a customer that stays, USD.';
COMMENT ON COLUMN shop.mrr_monthly.contraction_mrr_usd IS 'Net decrease of a customer that stays, USD, positive.';
COMMENT ON COLUMN shop.mrr_monthly.churned_mrr_usd IS 'Opening MRR of a customer that leaves, USD, positive.';
COMMENT ON COLUMN shop.mrr_monthly.closing_mrr_usd IS 'MRR on the last day of the month, USD.';

CREATE TABLE shop.fx_rates (
  month_start DATE NOT NULL,
  currency VARCHAR NOT NULL,
  usd_per_unit DECIMAL(18,6) NOT NULL
);
COMMENT ON TABLE shop.fx_rates IS 'One row a month and currency, 2023-01 to 2026-12. Key: month_start, currency.';
COMMENT ON COLUMN shop.fx_rates.month_start IS 'First day of the month.';
COMMENT ON COLUMN shop.fx_rates.currency IS 'EUR, USD or GBP.';
COMMENT ON COLUMN shop.fx_rates.usd_per_unit IS 'US dollars for one unit of the currency; 1 for USD.';

CREATE TABLE shop.calendar (
  day DATE NOT NULL,
  week_start DATE NOT NULL,
  month_start DATE NOT NULL,
  quarter_start DATE NOT NULL,
  year_start DATE NOT NULL,
  fiscal_month_start DATE NOT NULL,
  fiscal_quarter_start DATE NOT NULL,
  fiscal_year_start DATE NOT NULL,
  fiscal_year INTEGER NOT NULL
);
COMMENT ON TABLE shop.calendar IS 'One row a day, 2023-01-01 to 2027-12-31, without gap. Key: day. The fiscal year starts on the Monday nearest 1 February and has quarters of 4, 4 and 5 weeks; in a year of 53 weeks the last month has 6.';
COMMENT ON COLUMN shop.calendar.day IS 'The day.';
COMMENT ON COLUMN shop.calendar.week_start IS 'Monday of its week.';
COMMENT ON COLUMN shop.calendar.month_start IS 'First day of its month.';
COMMENT ON COLUMN shop.calendar.quarter_start IS 'First day of its quarter.';
COMMENT ON COLUMN shop.calendar.year_start IS 'First day of its year.';
COMMENT ON COLUMN shop.calendar.fiscal_month_start IS 'First day of its fiscal month, a Monday.';
COMMENT ON COLUMN shop.calendar.fiscal_quarter_start IS 'First day of its fiscal quarter, a Monday.';
COMMENT ON COLUMN shop.calendar.fiscal_year_start IS 'First day of its fiscal year, a Monday.';
COMMENT ON COLUMN shop.calendar.fiscal_year IS 'The calendar year in which its fiscal year starts.';
