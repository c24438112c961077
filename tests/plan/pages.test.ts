import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "../../src/diagnostics/index.ts";
import type { GroupByReference, OrderBy, QueryRequest } from "../../src/request/index.ts";
import type { Row } from "../../src/warehouse/index.ts";
import { TRADE, tradeCatalog } from "./trade.ts";
import { openWarehouses, type Warehouses } from "./two-warehouses.ts";

let warehouses: Warehouses;
beforeAll(async () => {
  warehouses = await openWarehouses(tradeCatalog(), TRADE);
});
afterAll(() => warehouses.close());

const GROUPS: readonly GroupByReference[] = ["region", "is_new", "units", "weight", "price"].map((name) => ({
  name: `sale__${name}`,
}));
const TIMES: readonly GroupByReference[] = [
  { name: "metric_time", grain: "day" },
  { name: "sale__sold_at", grain: "second" },
  { name: "sale__booked_at", grain: "hour" },
];

describe("pages that begin after a row are together the whole answer", () => {
  const questions: readonly (readonly [string, QueryRequest])[] = (["asc", "desc"] as const).flatMap((direction) => [
    ...[...GROUPS, ...TIMES].map((group): readonly [string, QueryRequest] => {
      const output = group.grain ? `${group.name}__${group.grain}` : group.name;
      return [
        `${output} ${direction}`,
        { metrics: ["sales"], groupBy: [group], orderBy: [{ name: output, direction }] },
      ];
    }),
    ...["income", "pieces", "mean_weight", "last_region", "top_rate", "sales"].map(
      (name): readonly [string, QueryRequest] => {
        const orderBy: readonly OrderBy[] = [{ name, direction }];
        return [`${name} ${direction}, then region`, { metrics: [name], groupBy: [{ name: "sale__region" }], orderBy }];
      },
    ),
    [
      `is_new ${direction}, sales desc`,
      {
        metrics: ["sales", "income"],
        groupBy: [{ name: "sale__is_new" }, { name: "sale__region" }],
        orderBy: [
          { name: "sale__is_new", direction },
          { name: "sales", direction: "desc" },
        ],
      },
    ],
    [
      `share ${direction} of filled months`,
      {
        metrics: ["sales", { name: "sales", as: "share", calc: "share_of_total" }],
        groupBy: [{ name: "metric_time", grain: "month", fill: true }],
        orderBy: [{ name: "share", direction }],
      },
    ],
  ]);

  test.each(questions)("by %s", async (_, request) => {
    const { metrics = [], groupBy = [], orderBy = [] } = request;
    const settings = { engine: "postgres", isOptimized: true } as const;
    const columns = [
      ...groupBy.map(({ name, grain }) => (grain ? `${name}__${grain}` : name)),
      ...metrics.map((metric) => (typeof metric === "string" ? metric : (metric.as ?? metric.name))),
    ];
    const order = [...orderBy.map(({ name }) => name), ...columns.slice(0, groupBy.length)];
    const places = [...new Set(order)].map((name) => columns.indexOf(name));
    const all = await warehouses.ask(request);
    expect(all.length).toBeGreaterThan(2);
    const raw = await warehouses.askAlone(request, settings);
    for (let size = 1; size <= 2; size++) {
      const paged: Row[] = [];
      let after: QueryRequest["after"] = null;
      for (let page = 0; page <= all.length; page++) {
        paged.push(...(await warehouses.ask({ ...request, limit: size, after })));
        const last: Row | undefined = raw[paged.length - 1];
        if (paged.length >= all.length || !last) break;
        after = places.map((place) => last[place] ?? null);
      }
      expect(paged).toEqual(all);
    }
  });
});

describe("a cursor of another answer is refused", () => {
  const request: QueryRequest = {
    metrics: ["sales"],
    groupBy: [{ name: "sale__units" }, { name: "metric_time", grain: "day" }],
  };
  test.each([
    ["too few values", [1]],
    ["too many values", ["1", "2026-01-05", null]],
    ["text for a number", ["many", "2026-01-05"]],
    ["a number for a day", ["1", 20260105]],
    ["a day that there is not", ["1", "2026-02-30"]],
    ["a truth for a number", [true, "2026-01-05"]],
  ])("%s", async (_, after) => {
    const asked = warehouses.ask({ ...request, after });
    await expect(asked).rejects.toThrow(Refusal);
    await expect(asked).rejects.toMatchObject({ code: "CURSOR_MISMATCH" });
  });
});

describe("how many rows there are", () => {
  test("is counted after having and top, before the page", async () => {
    const request: QueryRequest = {
      metrics: ["sales"],
      groupBy: [{ name: "sale__region" }],
      limit: 1,
      offset: 1,
      after: ["ost"],
      countOnly: true,
    };
    expect(await warehouses.ask(request)).toEqual([[7]]);
    expect(await warehouses.ask({ ...request, having: ["sales > 1"] })).toEqual([[1]]);
    expect(await warehouses.ask({ ...request, having: ["sales > 9"] })).toEqual([[0]]);
    expect(await warehouses.ask({ ...request, top: { n: 3, by: "sales" } })).toEqual([[3]]);
    expect(await warehouses.ask({ ...request, top: { n: 3, by: "sales", part: "rest" } })).toEqual([[1]]);
  });

  test("without groups is one, of values is that of the values", async () => {
    expect(await warehouses.ask({ metrics: ["sales"], countOnly: true })).toEqual([[1]]);
    expect(await warehouses.ask({ groupBy: [{ name: "sale__region" }], countOnly: true })).toEqual([[7]]);
  });
});
