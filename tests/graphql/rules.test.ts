/** The rules of the API: each has a test that fails when it is broken, here or where rules.ts says. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createAuthenticator } from "../../src/identity/index.ts";
import { identityFrom, readSettings } from "../../src/settings/index.ts";
import { standingClock } from "../identity/support.ts";
import { inFile } from "../settings/support.ts";
import { RULES } from "./rules.ts";
import { type Api, type ApiOptions, startShop } from "./support.ts";

const BUYERS = {
  "buyers.yaml": `metric: buyers
label: Buyers
description: Known customers who ordered, each counted once.
owner: sales
model: orders
measure: count(distinct customer_id)
`,
};

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ definitions: BUYERS });
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterAll(() => shop.close());

test("every rule has a test that exists", () => {
  expect(RULES.map(({ rule }) => Number.parseInt(rule, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const { rule, tests } of RULES) {
    expect(tests.length, rule).toBeGreaterThan(0);
    for (const [file, title] of tests) {
      expect(readFileSync(file, "utf8").includes(`"${title}"`), `${rule} ${file}: ${title}`).toBe(true);
    }
  }
});

interface TypedRow {
  readonly id: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

async function connection(args: string, selection: string, api = shop, headers = {}) {
  const { data, errors } = await api.ask(
    `{ orders${args === "" ? "" : `(${args})`} { ... on OrdersConnection { ${selection} } ... on QueryRefused { code message } } }`,
    {},
    headers,
  );
  expect(errors).toBeUndefined();
  return data.orders;
}

const BY_REGION = "groupBy: [{ dimension: CUSTOMER__REGION }]";
const BY_MONTH = "groupBy: [{ time: METRIC_TIME, grain: MONTH }]";

test("comparisons, totals and breakdowns beside a metric change neither its values nor the rows", async () => {
  const plain = await connection(BY_MONTH, "nodes { id key { metricTime { start } } revenue }");
  const rich = await connection(
    BY_MONTH,
    `nodes { id key { metricTime { start } } revenue
       before: revenue(shift: { by: "P1M" }) rank: revenue(calc: RANK) gifts: orders(where: { orderIsGift: { eq: true } })
       breakdown(groupBy: [{ dimension: ORDER__STATUS }]) { id orders revenue } }
     totals { id revenue buyers } totalCount`,
  );
  expect(plain.nodes.length).toBeGreaterThan(2);
  expect(rich.totalCount).toBe(plain.nodes.length);
  expect(rich.nodes).toMatchObject(plain.nodes);
});

test("the id of a row changes with each thing that decides its values, and with nothing else", async () => {
  const idOfEmea = async (args: string, selection = "") => {
    const { nodes } = await connection(args, `nodes { id key { customerRegion } ${selection} }`);
    return nodes.find(({ key }: TypedRow) => key["customerRegion"] === "EMEA").id;
  };
  const id = await idOfEmea(BY_REGION);
  const same = [
    await idOfEmea(`${BY_REGION}, orderBy: [{ metric: REVENUE, direction: DESC }]`),
    await idOfEmea(`${BY_REGION}, first: 2`),
    await idOfEmea(BY_REGION, "revenue orders"),
    await idOfEmea(`${BY_REGION}, waitMs: 20000`),
  ];
  expect(new Set([id, ...same]).size).toBe(1);
  const others = [
    await idOfEmea(`groupBy: [{ dimension: CUSTOMER__REGION }, { dimension: CUSTOMER__TIER }]`),
    await idOfEmea(`${BY_REGION}, where: { orderStatus: { eq: PAID } }`),
    await idOfEmea(`${BY_REGION}, where: { orderStatus: { in: [PAID, PLACED] } }`),
    await idOfEmea(`${BY_REGION}, having: { orders: { gte: 1 } }`),
    await idOfEmea(`${BY_REGION}, timeRange: { start: "2026-01-01" }`),
    await idOfEmea(`${BY_REGION}, timeRange: { start: "2026-01-02" }`),
    await idOfEmea(`${BY_REGION}, top: { n: 2, by: REVENUE }`),
    await idOfEmea(`${BY_REGION}, top: { n: 1, by: REVENUE }`),
    await idOfEmea(`${BY_REGION}, requireCertified: true`),
    await idOfEmea(`${BY_REGION}, numbers: JSON`),
  ];
  expect(new Set([id, ...others]).size).toBe(others.length + 1);
  const { nodes, totals } = await connection(BY_REGION, "nodes { id } totals { id }");
  const ids = [...nodes, ...totals].map(({ id }: TypedRow) => id);
  expect(new Set(ids).size).toBe(4);
});

test("two viewers whom policies show different rows never share an id, nor two versions of the catalog", async () => {
  const question = ["", "nodes { id }"] as const;
  const changed = await startShop({ definitions: { ...BUYERS, "more.yaml": MORE } });
  const ids = [await connection(...question), await connection(...question, changed)];
  await changed.close();
  await withViewers(async (viewers) => {
    for (const token of [ANN, BEN]) ids.push(await connection(...question, viewers, as(token)));
  });
  expect(new Set(ids.map(({ nodes }) => nodes[0].id)).size).toBe(4);
});

const MORE = `metric: more
label: More
description: One more metric is another version of the catalog.
owner: sales
model: orders
measure: orders
`;

test("catalogue objects can be fetched by their id, rows cannot", async () => {
  const { data } = await shop.ask(`{ metric(name: "revenue") { id }
    node: __type(name: "Node") { possibleTypes { name } } row: __type(name: "OrdersRow") { interfaces { name } } }`);
  expect(data.row.interfaces).toEqual([]);
  expect(data.node.possibleTypes.map(({ name }: { name: string }) => name)).toContain("Metric");
  const [row] = (await connection("", "nodes { id }")).nodes;
  const found = await shop.ask(
    `{ metric: node(id: "${data.metric.id}") { ... on Metric { name } } row: node(id: "${row.id}") { id } }`,
  );
  expect(found.data).toEqual({ metric: { name: "revenue" }, row: null });
});

test("totals are evaluated, not summed: of a ratio, and of what counts once", async () => {
  const by = "groupBy: [{ dimension: ORDER__STATUS }], first: 1";
  const { nodes, totals } = await connection(
    by,
    "nodes { buyers averageOrder } totals { revenue buyers averageOrder }",
  );
  expect(nodes).toHaveLength(1);
  // Customer 1 has a paid order and one that is placed; paging leaves the totals alone.
  expect(totals).toEqual([{ revenue: "2625.50", buyers: "4", averageOrder: 2625.5 / 6 }]);
  const each = await connection("groupBy: [{ dimension: ORDER__STATUS }]", "nodes { buyers }");
  expect(each.nodes.map(({ buyers }: TypedRow) => Number(buyers)).reduce((a: number, b: number) => a + b)).toBe(5);
});

test("having, a top and paging choose among rows, never among totals", async () => {
  const chosen = await connection(
    "groupBy: [{ dimension: ORDER__STATUS }], having: { orders: { gte: 4 } }, top: { n: 1, by: REVENUE }, first: 1",
    "nodes { orders } grand: totals { orders } totals(by: [{ dimension: ORDER__STATUS }]) { orders }",
  );
  expect(chosen).toEqual({
    nodes: [{ orders: "4" }],
    grand: [{ orders: "6" }],
    totals: [{ orders: "1" }, { orders: "4" }, { orders: "1" }],
  });
});

test("the total and the NULL group are told apart", async () => {
  const frame = "groupBy: [{ dimension: CUSTOMER__REGION }, { dimension: CUSTOMER__TIER }]";
  const { totals } = await connection(
    frame,
    `totals(by: [{ dimension: CUSTOMER__REGION }]) { id key { customerRegion } orders }`,
  );
  expect(totals.map(({ key, orders }: TypedRow) => [key["customerRegion"], orders])).toEqual([
    ["APAC", "1"],
    ["EMEA", "2"],
    [null, "3"],
  ]);
  const { totals: grand } = await connection(frame, "totals { id orders }");
  expect(grand).toMatchObject([{ orders: "6" }]);
  expect(totals.map(({ id }: TypedRow) => id)).not.toContain(grand[0].id);
});

test("totals are over the rows that the viewer may see", async () => {
  await withViewers(async (viewers) => {
    const totals = async (token: string) =>
      (await connection("groupBy: [{ dimension: ORDER__STATUS }]", "totals { orders }", viewers, as(token))).totals;
    expect(await totals(ANN)).toEqual([{ orders: "2" }]);
    expect(await totals(BEN)).toEqual([{ orders: "1" }]);
  });
});

test("aliases give any number of comparisons at once, in one statement", async () => {
  const { nodes } = await connection(
    `${BY_MONTH}, timeRange: { start: "2026-01-01", end: "2026-02-28" }`,
    `nodes { revenue
       before: revenue(shift: { by: "P1M" }) sooner: revenue(shift: { by: "P2M" }) previous: revenue(calc: PREVIOUS) delta: revenue(calc: DELTA)
       ratio: revenue(calc: DELTA_RATIO) rank: revenue(calc: RANK) sum: revenue(calc: RUNNING_TOTAL)
       paid: revenue(where: { orderStatus: { eq: PAID } }) paidDelta: revenue(where: { orderStatus: { eq: PAID } }, calc: DELTA) }`,
  );
  const [january, february] = nodes;
  expect(january).toMatchObject({ revenue: "1500.50", before: null, delta: null, paid: "1200.50", sum: "1500.50" });
  expect(february).toMatchObject({
    revenue: "120.00",
    before: "1500.50",
    sooner: null,
    previous: "1500.50",
    delta: "-1380.50",
  });
  expect(february).toMatchObject({ paid: "120.00", paidDelta: "-1080.50", sum: "1620.50" });
  expect(Number(february.ratio)).toBeCloseTo(120 / 1500.5 - 1, 9);
  expect([Number(january.rank), Number(february.rank)]).toEqual([1, 2]);
  expect(shop.statements).toHaveLength(1);
});

test("requireCertified refuses what is not certified, on every surface", async () => {
  const code = "METRIC_NOT_CERTIFIED";
  const { data, errors } = await shop.ask(`{
    typed: orders(requireCertified: true) { ... on OrdersConnection { nodes { id revenue } } ... on QueryRefused { code } }
    query(input: { metrics: ["half"], requireCertified: true }) { rows refusal { code } } }`);
  expect(data.query).toEqual({ rows: null, refusal: { code } });
  // Selecting must not decide what others see: the cell is null, and says why.
  expect(data.typed.nodes).toEqual([{ id: expect.any(String), revenue: null }]);
  expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions?.["code"]])).toEqual([["revenue", code]]);
  const ordered = await connection("requireCertified: true, orderBy: [{ metric: REVENUE }]", "nodes { id }");
  expect(ordered.code).toBe(code);
});

const [ANN, BEN] = ["token-of-ann-0123456789-0123456789", "token-of-ben-0123456789-0123456789"];

const as = (token: string) => ({ authorization: `Bearer ${token}` });

/** The shop for two people, of whom each sees the orders of one customer. */
async function withViewers(use: (api: Api) => Promise<void>): Promise<void> {
  const file = inFile(`identity:
  service_tokens:
    - { name: ann, sha256: { env: ANN }, roles: [first] }
    - { name: ben, sha256: { env: BEN }, roles: [second] }
`);
  const { settings } = readSettings(file, {});
  if (!settings?.identity) throw new Error("the settings do not load");
  const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
  const authenticator = createAuthenticator(identityFrom(settings.identity, new Map()).settings, {
    clock: standingClock(),
    env: { ANN: hashOf(ANN), BEN: hashOf(BEN) },
  });
  const policies = `policy: orders
roles:
  first: { rows: customer_id = 1, fields: all }
  second: { rows: customer_id = 2, fields: all }
`;
  const options: ApiOptions = {
    definitions: { ...BUYERS, "policies.yaml": policies },
    http: { authenticator, examples: false },
  };
  const viewers = await startShop(options);
  try {
    await use(viewers);
  } finally {
    await viewers.close();
  }
}
