import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { createSchemas } from "../../src/graphql/schemas.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { visibleTo } from "../../src/policy/index.ts";
import { until } from "../support/until.ts";
import { type Api, startShop } from "./support.ts";

const POLICIES = `project: shop
---
policy: orders
roles:
  analyst: { rows: all, fields: all }
  auditor: { rows: status = 'paid', fields: all }
  clerk: { rows: all, fields: [orders, order, status] }
`;

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ definitions: { "policies.yaml": POLICIES } });
});
afterAll(() => shop.close());

function seenBy(catalog: Catalog, role: string): Catalog {
  return visibleTo(catalog, makeUser({ issuer: "test", subject: role, name: role, roles: [role], claims: {} }));
}

test("who sees the same names shares one schema, built once, whichever role shows them; others never do", () => {
  const { catalog } = shop.engine;
  const doorOf = createSchemas();
  const analyst = doorOf(seenBy(catalog, "analyst"));
  expect(doorOf(seenBy(catalog, "analyst"))).toBe(analyst);
  expect(seenBy(catalog, "auditor")).not.toBe(seenBy(catalog, "analyst"));
  expect(doorOf(seenBy(catalog, "auditor"))).toBe(analyst);
  expect(doorOf(seenBy(catalog, "clerk"))).not.toBe(analyst);
  expect(doorOf(catalog)).not.toBe(analyst);
});

test("other definitions get schemas of their own, though every name is the same", () => {
  const { catalog } = shop.engine;
  const doorOf = createSchemas();
  const before = doorOf(seenBy(catalog, "analyst"));
  const changed = { ...catalog, version: "0123456789abcdef" };
  expect(doorOf(seenBy(changed, "analyst"))).not.toBe(before);
});

test("after a swap schema and answers are the new ones; a question under way ends with the definitions it began with", async () => {
  const api = await startShop();
  const { catalog } = api.engine;
  const revenue = catalog.metrics.get("revenue");
  if (!revenue) throw new Error("The fixture lacks revenue");
  const metrics = new Map([
    ...catalog.metrics,
    ["takings", { ...revenue, name: "takings", label: "Takings" }] as const,
  ]);
  metrics.delete("half");
  const question = (metric: string) =>
    `{ query(input: { metrics: ["${metric}"] }) { rows refusal { code } provenance { catalogVersion } } }`;
  const resume = api.pause();
  const underWay = api.ask(question("half"));
  await until(() => api.statements.length > 0);
  api.engine.swap({ ...catalog, metrics, version: "0123456789abcdef" });
  resume();
  expect((await underWay).data.query).toEqual({
    rows: [[1312.75]],
    refusal: null,
    provenance: { catalogVersion: catalog.version },
  });
  expect((await api.ask(question("half"))).data.query.refusal).toEqual({ code: "UNKNOWN_METRIC" });
  expect((await api.ask(question("takings"))).data.query).toMatchObject({
    rows: [["2625.50"]],
    provenance: { catalogVersion: "0123456789abcdef" },
  });
  const typed = await api.ask("{ orders { ... on OrdersConnection { nodes { takings } } } }");
  expect(typed.data.orders.nodes).toEqual([{ takings: "2625.50" }]);
  expect((await api.ask("{ orders { ... on OrdersConnection { nodes { half } } } }")).errors?.[0]?.message).toMatch(
    /Cannot query field "half"/,
  );
  await api.close();
});
