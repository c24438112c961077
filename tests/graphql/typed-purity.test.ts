import { type Arbitrary, assert, asyncProperty, boolean, constantFrom, record, subarray } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ definitions: { "cumulative.yaml": MORE } });
});
afterAll(() => shop.close());

const MORE = `metric: revenue_40d
label: Revenue of 40 days
description: Revenue of the 40 days until then.
owner: finance
input: revenue
window: 40 days
`;

/** Frames of every kind; `$` stands for what is selected of their rows. */
const FRAMES = [
  "orders",
  "orders(groupBy: [{ dimension: CUSTOMER__REGION }])",
  "orders(groupBy: [{ dimension: CUSTOMER__REGION }], first: 2, orderBy: [{ metric: ORDERS, direction: DESC }])",
  "orders(groupBy: [{ time: METRIC_TIME, grain: MONTH }], having: { revenue: { gt: 100 } })",
  "orders(groupBy: [{ time: METRIC_TIME, grain: MONTH, fill: true }, { dimension: CUSTOMER__REGION }], where: { orderStatus: { ne: CANCELLED } })",
  "orders(groupBy: [{ dimension: ORDER__STATUS }], top: { n: 1, by: REVENUE, other: true })",
  'orders(groupBy: [{ dimension: ORDER__IS_GIFT }], timeRange: { start: "2026-01-01", end: "2026-02-28" })',
];

/** Cells by name; every one is the same whatever stands beside it. */
const CELLS = {
  revenue: "revenue",
  orders: "orders",
  gifts: "gifts",
  cash: "cash",
  averageOrder: "averageOrder",
  parcels: "parcels",
  filled: "filled",
  earlier: "earlier",
  soFar: "revenue40d",
  emea: "revenue(where: { customerRegion: { eq: EMEA } })",
  share: "revenue(calc: SHARE_OF_TOTAL)",
  rank: "orders(calc: RANK)",
  delta: "revenue(calc: DELTA)",
  month: 'revenue(shift: { by: "P1M" })',
  growth: 'orders(shift: { by: "P1M" }, calc: DELTA_RATIO)',
  running: "orders(calc: RUNNING_TOTAL)",
  number: "revenue(numbers: JSON)",
} as const;

type Name = keyof typeof CELLS;
const NAMES = Object.keys(CELLS).filter((name): name is Name => name in CELLS);

/** What else is asked beside the rows. */
const BESIDE = [
  "totals { id revenue orders(calc: RANK) }",
  "byStatus: totals(by: [{ dimension: ORDER__STATUS }]) { id orders }",
  "totalCount",
  "provenance { warnings }",
  "edges { cursor node { id cash } }",
  "again: nodes { parcels breakdown(groupBy: [{ dimension: ORDER__PARCEL }]) { id orders } }",
];

interface Selection {
  readonly names: readonly Name[];
  readonly inFragments: readonly Name[];
  readonly beside: readonly string[];
  readonly isNested: boolean;
}

const selections: Arbitrary<Selection> = record({
  names: subarray(NAMES, { minLength: 1, maxLength: 6 }),
  inFragments: subarray(NAMES, { maxLength: 4 }),
  beside: subarray(BESIDE),
  isNested: boolean(),
});

const BREAKDOWN =
  "inner: breakdown(groupBy: [{ dimension: ORDER__NOTE }], first: 2) { id revenue share: orders(calc: SHARE_OF_TOTAL) }";

function document(frame: string, { names, inFragments, beside, isNested }: Selection): string {
  const cells = (some: readonly Name[]) => some.map((name) => `${name}: ${CELLS[name]}`).join(" ");
  return `{ page: ${frame} { ... on OrdersConnection { nodes { id isOther ${cells(names)} ...More ${isNested ? BREAKDOWN : ""} } ${beside.join(" ")} } } }
    fragment More on OrdersRow { __typename ... @include(if: true) { ${cells(inFragments) || "id"} } }`;
}

test("rows, ids and cells of a frame are the same whatever else is selected", async () => {
  const alone = new Map<string, Promise<readonly Record<string, unknown>[]>>();
  const rowsOf = async (frame: string, selection: Selection): Promise<readonly Record<string, unknown>[]> => {
    const { data } = await shop.ask(document(frame, selection));
    return data.page.nodes;
  };
  const cellAlone = (frame: string, name: Name) => {
    const key = `${frame} ${name}`;
    const known = alone.get(key);
    const asked = known ?? rowsOf(frame, { names: [name], inFragments: [], beside: [], isNested: false });
    alone.set(key, asked);
    return asked;
  };
  const nestedAlone = (frame: string) =>
    rowsOf(frame, { names: ["orders"], inFragments: [], beside: [], isNested: true });

  await assert(
    asyncProperty(constantFrom(...FRAMES), selections, async (frame, selection) => {
      const rows = await rowsOf(frame, selection);
      for (const name of new Set([...selection.names, ...selection.inFragments])) {
        const expected = await cellAlone(frame, name);
        expect(rows.map((row) => [row["id"], row["isOther"], row[name]])).toEqual(
          expected.map((row) => [row["id"], row["isOther"], row[name]]),
        );
      }
      if (selection.isNested) {
        const expected = await nestedAlone(frame);
        expect(rows.map((row) => row["inner"])).toEqual(expected.map((row) => row["inner"]));
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
