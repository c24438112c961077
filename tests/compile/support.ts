import { expect } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import type { Compiled } from "../../src/compile/index.ts";
import { compileCatalog } from "../../src/compile/index.ts";
import { parseDefinitions } from "../../src/definition/index.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { marked, placed } from "../support/marked-yaml.ts";

/** Models and metrics that are right, for tests to add one wrong thing to. */
export const SHOP = `
model: customers
description: One row a customer.
owner: data
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, region: string, signed_up_at: date }
entities: { customer: primary }
dimensions: { region: , signed_up_at: day }
---
model: orders
description: One row an order.
owner: data
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, customer_id: int, amount: decimal, status: string, is_gift: boolean, ordered_at: timestamptz, url: string }
entities: { order: primary, customer: customer_id }
dimensions:
  status:
  ordered_at: hour
  host: { sql: { duckdb: "regexp_extract(url, 'x')" }, columns: [url], data_type: string }
measures: { amount: sum, orders: count(*), buyers: count_distinct(customer_id) }
---
metric: revenue
description: Money.
owner: data
model: orders
measure: amount
---
metric: order_count
description: Orders.
owner: data
model: orders
measure: orders
---
calendar: days
table: shop.calendar
column: day
grain: day
custom_grains: { sprint: sprint_start }
`;

/** Compiles the shop and more YAML; what it finds outside of the shop stays. */
export function compileShop(yaml = ""): Compiled {
  return compileYaml(`${SHOP}---\n${yaml}`);
}

export function compileYaml(yaml: string): Compiled {
  const { definitions, diagnostics } = parseDefinitions([{ path: "metrics/test.yaml", text: yaml }]);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return compileCatalog(definitions);
}

/** The catalog of YAML without errors. */
export function catalogOf(yaml: string): Catalog {
  const { catalog, diagnostics } = compileYaml(yaml);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  if (!catalog) throw new Error("No catalog without errors.");
  return catalog;
}

/**
 * Compiles the shop and YAML in which «…» marks what is wrong. The one thing found, warnings about documentation
 * aside, has this code and points at the marked text. Returns it.
 */
export function expectFinding(code: string, yaml: string): Diagnostic {
  return expectFindingIn(code, `${SHOP}---\n${yaml}`);
}

/** The same without the shop. */
export function expectFindingIn(code: string, yaml: string): Diagnostic {
  const file = marked(yaml);
  const { catalog, diagnostics } = compileYaml(file.text);
  const findings = diagnostics.filter((diagnostic) => !ASIDE.has(diagnostic.code));
  const part = file.text.slice(file.start, file.end);
  expect(findings.map(placed)).toEqual([{ code, part, at: file.start }]);
  const [finding] = findings;
  if (!finding) throw new Error("unreachable: one finding was asserted");
  expect(catalog === null).toBe(finding.severity === "error");
  return finding;
}

const ASIDE: ReadonlySet<string> = new Set(["definition/no-owner", "definition/no-description", "model/no-columns"]);
