import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authenticator, OPERATOR, readClaims } from "../../src/identity/index.ts";
import { type Api, startShop } from "./support.ts";

/** The board sees no group of fewer than two orders. */
const POLICIES = `policy: orders
minimum_group_size: 2
roles: { board: { rows: all, fields: all } }
---
policy: customers
public: true
`;

const BOARD = { authorization: "Bearer board" };
let shop: Api;
beforeAll(async () => {
  const board = readClaims(JSON.stringify({ roles: ["board"], claims: {} }));
  const users: Authenticator = {
    authenticate: async (authorization) => (authorization === BOARD.authorization ? board : OPERATOR),
  };
  shop = await startShop({ definitions: { "policies.yaml": POLICIES }, http: { authenticator: users } });
});
afterAll(() => shop.close());

const BY_REGION = "groupBy: [{ dimension: CUSTOMER__REGION }]";
/** EMEA has two orders, APAC one, and three are of no region. */
const ROWS = [
  { key: { customerRegion: "EMEA" }, orders: "2" },
  { key: { customerRegion: null }, orders: "3" },
];

async function ordersOf(args: string, selection: string, headers: { authorization?: string } = BOARD) {
  const { data, errors } = await shop.ask(
    `{ orders${args && `(${args})`} { ... on OrdersConnection { ${selection} } ... on QueryRefused { code message path } } }`,
    {},
    headers,
  );
  return { ...data.orders, errors: errors?.map(({ path, extensions }) => [path?.join("."), extensions?.["code"]]) };
}

test("totals beside groups do not tell what the groups leave out, and say that they do not", async () => {
  const selection =
    "nodes { key { customerRegion } orders } totals { orders revenue members: averageOrder suppressed }";
  const { nodes, totals, provenance } = await ordersOf(BY_REGION, `${selection} provenance { warnings }`);
  expect(nodes).toEqual(ROWS);
  expect(totals).toEqual([{ orders: null, revenue: null, members: null, suppressed: expect.any(Array) }]);
  expect(totals[0].suppressed).toEqual(expect.arrayContaining(["ORDERS", "REVENUE", "CASH", "FILLED"]));
  expect(provenance.warnings).toEqual([expect.stringMatching(/^suppressed: totals/)]);
  // Nothing is hidden from the operator.
  const all = await ordersOf(BY_REGION, `${selection} provenance { warnings }`, {});
  expect(all.totals).toMatchObject([{ orders: "6", revenue: "2625.50", suppressed: [] }]);
  expect(all.provenance.warnings).toEqual([]);
});

test("a total by other groups tells it too; by the same it shows what the rows show", async () => {
  const { byGift, byRegion, nodes } = await ordersOf(
    BY_REGION,
    `nodes { orders suppressed } byGift: totals(by: [{ dimension: ORDER__IS_GIFT }]) { orders suppressed }
     byRegion: totals(by: [{ dimension: CUSTOMER__REGION }]) { key { customerRegion } orders suppressed }`,
  );
  expect(nodes).toEqual(ROWS.map(({ orders }) => ({ orders, suppressed: [] })));
  expect(byGift.map(({ orders }: { orders: unknown }) => orders)).toEqual([null, null]);
  expect(byGift[0].suppressed).toContain("ORDERS");
  expect(byRegion).toEqual(ROWS.map((row) => ({ ...row, suppressed: [] })));
});

test("the total of a question without groups is a group of its own", async () => {
  const selection = "nodes { orders } totals { orders suppressed } provenance { warnings }";
  expect(await ordersOf("", selection)).toMatchObject({
    nodes: [{ orders: "6" }],
    totals: [{ orders: "6", suppressed: [] }],
    provenance: { warnings: [] },
  });
  expect(await ordersOf("where: { customerRegion: { eq: APAC } }", selection)).toMatchObject({
    nodes: [{ orders: null }],
    totals: [{ orders: null }],
  });
});

test("what is suppressed does not depend on what else is selected", async () => {
  const listed = async (selection: string) =>
    (await ordersOf(BY_REGION, `totals { ${selection} }`)).totals[0].suppressed;
  expect(await listed("suppressed")).toEqual(await listed("orders share: orders(calc: SHARE_OF_TOTAL) suppressed"));
});

test("the rest of a top is there without its values, and so is what lies in it", async () => {
  const { nodes, errors } = await ordersOf(
    `${BY_REGION}, top: { n: 1, by: ORDERS, other: true }, first: 3`,
    `nodes { isOther orders revenue suppressed delta: orders(calc: RANK)
       breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }], first: 5) { orders suppressed
         breakdown(groupBy: [{ dimension: ORDER__STATUS }], first: 5) { orders } } }`,
  );
  expect(errors).toBeUndefined();
  expect(nodes).toMatchObject([
    { isOther: false, orders: "3", revenue: "1075.00", suppressed: [] },
    { isOther: true, orders: null, revenue: null, suppressed: expect.arrayContaining(["ORDERS", "REVENUE"]) },
  ]);
  const within = nodes.flatMap((row: { breakdown: object[] }) => row.breakdown);
  expect(within.length).toBeGreaterThan(0);
  for (const row of within) {
    expect(row.orders).toBeNull();
    expect(row.suppressed).toContain("ORDERS");
    for (const inner of row.breakdown) expect(inner.orders).toBeNull();
  }
});

test("a share of a total is refused at its cell, and every other cell is answered", async () => {
  const { nodes, errors } = await ordersOf(
    BY_REGION,
    "nodes { key { customerRegion } orders share: orders(calc: SHARE_OF_TOTAL) }",
  );
  expect(nodes).toEqual(ROWS.map((row) => ({ ...row, share: null })));
  expect(errors).toEqual([["orders.nodes.0.share", "GROUP_TOO_SMALL"]]);
});

test("totals of a generic query are as silent", async () => {
  const query = async (totals: string, groupBy = '[{ name: "customer__region" }]') => {
    const { data } = await shop.ask(
      `{ query(input: { metrics: ["orders", "members"], groupBy: ${groupBy}, totals: ${totals} }) {
        rows totals { by rows } provenance { warnings } refusal { code } } }`,
      {},
      BOARD,
    );
    return data.query;
  };
  const { rows, totals, provenance } = await query('[[], ["customer__region"]]');
  // One customer in each region, whom everybody may count, and one of no region.
  expect(rows).toEqual([
    ["APAC", null, "1"],
    ["EMEA", "2", "1"],
    ["LATAM", null, "1"],
    [null, "3", "1"],
  ]);
  expect(totals).toEqual([
    { by: [], rows: [[null, "4"]] },
    { by: ["customer__region"], rows },
  ]);
  expect(provenance.warnings).toEqual([expect.stringMatching(/^suppressed: orders in totals/)]);
  const alone = await query("[[]]", "[]");
  expect([alone.totals, alone.provenance.warnings]).toEqual([[{ by: [], rows: [["6", "4"]] }], []]);
});
