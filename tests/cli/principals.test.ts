import { expect, test } from "vitest";
import { principalsLine } from "../../src/cli/principals.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import { catalogOf } from "../compile/support.ts";

const ORDERS = `
model: orders
table: shop.orders
primary_key: order_id
columns: { order_id: int, tenant: string, desk: int }
entities: { order: primary }
dimensions: { tenant: { enum: [acme, globex] } }
---
project: shop
claims: { tenant: string, desks: { list: int } }
`;

test("of the sample every role is named with its claims, and how to be the one that needs most", () => {
  const { catalog } = loadCatalog("metrics");
  expect(catalog && principalsLine(catalog, "assay")).toBe(
    "analyst (tenant), regional_analyst (tenant, regions), finance (tenant), group_board, monitoring; " +
      "try assay token --role regional_analyst --claim tenant=northwind --claim regions=AMER",
  );
});

test("a value that nobody wrote down is left open", () => {
  const catalog = catalogOf(`${ORDERS}---
policy: orders
mandatory: tenant = claim('tenant')
roles: { clerk: { rows: desk in (claim('desks')), fields: all } }
`);
  expect(principalsLine(catalog, "assay")).toBe(
    "clerk (tenant, desks); try assay token --role clerk --claim tenant=acme --claim desks=…",
  );
});

test("without policies there is nobody to be", () => {
  expect(principalsLine(catalogOf(ORDERS), "assay")).toBeNull();
});
