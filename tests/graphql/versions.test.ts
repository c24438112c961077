import { afterAll, beforeAll, expect, test } from "vitest";
import { startShop } from "./support.ts";

const VERSIONS = `metric: net
description: Money that stays.
owner: data
version: 2
default_version: 2
model: orders
measure: amount
filter: order__is_gift
---
metric: net
description: Money that stays.
owner: data
version: 1
lifecycle: deprecated
replaced_by: net@2
sunset: 2027-03-31
model: orders
measure: amount
---
metric: turnover
alias_of: revenue
sunset: 2027-04-30
`;

let shop: Awaited<ReturnType<typeof startShop>>;
beforeAll(async () => {
  shop = await startShop({ definitions: { "versions.yaml": VERSIONS } });
});
afterAll(() => shop.close());

test("the catalogue tells which version a name means, and the others", async () => {
  const fields = "name coordinate version isDefaultVersion versions { coordinate }";
  const { data } = await shop.ask(
    `{ a: metric(name: "net") { ${fields} } b: metric(name: "net", version: 1) { ${fields} summary }
       c: metric(name: "net@1") { name } d: metric(name: "net@3") { name } e: metric(name: "net", version: 3) { name }
       revenue: metric(name: "revenue") { ${fields} } }`,
  );
  const versions = [{ coordinate: "net@2" }, { coordinate: "net@1" }];
  expect(data).toEqual({
    a: { name: "net", coordinate: "net@2", version: 2, isDefaultVersion: true, versions },
    b: {
      name: "net_v1",
      coordinate: "net@1",
      version: 1,
      isDefaultVersion: false,
      versions,
      summary: expect.stringContaining("Version 1 of net, certification none."),
    },
    c: { name: "net_v1" },
    d: null,
    e: null,
    revenue: {
      name: "revenue",
      coordinate: "revenue@1",
      version: 1,
      isDefaultVersion: true,
      versions: [{ coordinate: "revenue@1" }],
    },
  });
});

test("the stable field takes a version in the name or beside it, and says in columns and provenance which it was", async () => {
  const { data } = await shop.ask(
    `{ query(input: { metrics: ["net", "net@1", { name: "net", version: 1, as: "again" }, "revenue"] }) {
         columns { name } rows provenance { metrics { name version } } } }`,
  );
  const { columns, rows, provenance } = data.query;
  expect(columns.map(({ name }: { name: string }) => name)).toEqual(["net", "net_v1", "again", "revenue"]);
  const [[net, before, again, revenue]] = rows;
  expect([before, again]).toEqual([revenue, revenue]);
  expect(net).not.toBe(revenue);
  expect(provenance.metrics).toEqual([
    { name: "net", version: 2 },
    { name: "net_v1", version: 1 },
    { name: "revenue", version: 1 },
  ]);
});

test("typed fields have one for each version, the one that will end deprecated", async () => {
  const { data } = await shop.ask(
    `{ orders { ... on OrdersConnection { totals { net netV1 revenue turnover } } }
       row: __type(name: "OrdersRow") { fields(includeDeprecated: true) { name deprecationReason } } }`,
  );
  const [{ net, netV1, revenue, turnover }] = data.orders.totals;
  expect([netV1, turnover]).toEqual([revenue, revenue]);
  expect(net).not.toBe(revenue);
  const reasons = new Map(
    data.row.fields.map((field: { name: string; deprecationReason: string | null }) => [
      field.name,
      field.deprecationReason,
    ]),
  );
  expect(["net", "netV1", "turnover"].map((name) => reasons.get(name))).toEqual([
    null,
    "Use net. Sunset 2027-03-31.",
    "Use revenue. Sunset 2027-04-30.",
  ]);
});

test("a former name says what it is called now, and until when", async () => {
  const { data } = await shop.ask(
    `{ metric(name: "turnover") { aliasOf { name } replacedBy { name } lifecycle sunset } now: metric(name: "revenue") { aliasOf { name } } }`,
  );
  expect(data).toEqual({
    metric: {
      aliasOf: { name: "revenue" },
      replacedBy: { name: "revenue" },
      lifecycle: "DEPRECATED",
      sunset: "2027-04-30",
    },
    now: { aliasOf: null },
  });
});
