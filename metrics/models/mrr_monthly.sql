SELECT
  bridge.customer_id,
  bridge.tenant,
  bridge.mrr_month,
  bridge.opening_mrr_usd,
  bridge.new_mrr_usd,
  bridge.reactivation_mrr_usd,
  bridge.expansion_mrr_usd,
  bridge.contraction_mrr_usd,
  bridge.churned_mrr_usd,
  bridge.closing_mrr_usd,
  account.acquisition_channel,
  account.tier,
  account.industry,
  account.region
FROM shop.mrr_monthly AS bridge
LEFT JOIN shop.customers AS account ON account.customer_id = bridge.customer_id
