import { expect, test } from "vitest";
import { OPERATOR } from "../../src/identity/index.ts";
import { createTelemetry } from "../../src/telemetry/index.ts";
import { startShop } from "../graphql/support.ts";
import { NO_SINK } from "./support.ts";

test("what is kept, how it was answered and how old its source is are counted", async () => {
  const telemetry = createTelemetry({ sink: NO_SINK });
  const shop = await startShop({
    definitions: {
      "customers.yaml": `model: customers
label: Customers
description: One row a customer.
owner: sales
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, region: string, tier: string, changed: timestamp }
entities: { customer: primary }
dimensions:
  region: { enum: [EMEA, APAC], description: Sales region. }
  tier: { enum: ["top-tier", basic] }
freshness: { column: changed, warn_after: 1 day }
cache: { ttl: 1 h, refresh: probe }
`,
    },
    tables: "alter table shop.customers add column changed timestamp default timestamp '2026-01-01 00:00:00';",
    engine: {
      onQuery: telemetry.record,
      onProbed: (model, changedAt) => telemetry.probed(model, new Date(changedAt)),
    },
  });
  telemetry.observe({ cache: () => shop.engine.kept });
  const ask = () => shop.engine.query({ metrics: ["members"] }, OPERATOR);
  await ask();
  await ask();
  const { body } = await telemetry.text();
  expect(body).toContain('assay_cache_entries{kind="rows"} 1\n');
  expect(body).toMatch(/assay_cache_bytes\{kind="rows"\} [1-9]\d+\n/);
  expect(body).toContain('assay_answers_total{cache="miss"} 1\n');
  expect(body).toContain('assay_answers_total{cache="hit"} 1\n');
  expect(body).toMatch(/assay_data_age_seconds\{model="customers"\} \d{5,}/);
  await shop.close();
});
