import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { WarehouseError } from "../../src/warehouse/index.ts";
import { type Api, startShop } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterEach(() => {
  shop.fail(null);
  vi.restoreAllMocks();
});
afterAll(() => shop.close());

test("query answers the contract's request with columns and rows", async () => {
  const { data } = await shop.ask(`{ query(input: {
    metrics: ["revenue", { name: "orders", as: "paid", where: ["order__status = 'paid'"] }, "average_order"]
    groupBy: [{ name: "metric_time", grain: MONTH }, { name: "customer__region", as: "region" }, { name: "order__is_gift" }]
    where: ["order__parcel < 100"], timeRange: { start: "2026-01-01", end: "2026-02-28" },
    orderBy: [{ name: "revenue", direction: DESC }], limit: 2, offset: 1
  }) { columns { name type label reaggregation metric { name unit } } rows pageInfo { hasNextPage hasPreviousPage } refusal { code } } }`);
  expect(data.query).toEqual({
    columns: [
      { name: "metric_time__month", type: "DATE", label: "Time, month", reaggregation: "NONE", metric: null },
      { name: "region", type: "STRING", label: "Region", reaggregation: "NONE", metric: null },
      { name: "order__is_gift", type: "BOOLEAN", label: "Is gift", reaggregation: "NONE", metric: null },
      {
        name: "revenue",
        type: "DECIMAL",
        label: "Revenue",
        reaggregation: "SUM",
        metric: { name: "revenue", unit: "USD" },
      },
      { name: "paid", type: "INT", label: "Orders", reaggregation: "SUM", metric: { name: "orders", unit: null } },
      {
        name: "average_order",
        type: "FLOAT",
        label: "Average order",
        reaggregation: "NONE",
        metric: { name: "average_order", unit: null },
      },
    ],
    rows: [
      ["2026-02-01", null, true, "70.00", "1", 70],
      ["2026-02-01", "APAC", false, "50.00", "1", 50],
    ],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
    refusal: null,
  });
});

test("an answer says what it rests on", async () => {
  const { data } = await shop.ask(
    `{ query(input: { metrics: ["average_order"] }) { provenance { catalogVersion metrics { name version certification } sql } } }`,
  );
  expect(data.query.provenance).toEqual({
    catalogVersion: shop.engine.catalog.version,
    metrics: [
      { name: "average_order", version: 1, certification: "NONE" },
      { name: "orders", version: 1, certification: "NONE" },
      { name: "revenue", version: 1, certification: "NONE" },
    ],
    sql: shop.statements[0]?.text,
  });
});

test("without metrics it lists values; a saved query keeps its own limit; limit 0 gives no row", async () => {
  const { data } = await shop.ask(`{
    values: query(input: { groupBy: [{ name: "customer__region" }] }) { rows }
    ends: query(input: { groupBy: [{ name: "order__ordered_on" }], minMaxOnly: true }) { rows columns { name } }
    saved: query(input: { savedQuery: "by_region" }) { rows pageInfo { hasNextPage } }
    none: query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }], limit: 0 }) { rows pageInfo { hasNextPage } } }`);
  expect(data.values.rows).toEqual([["APAC"], ["EMEA"], ["LATAM"], [null]]);
  expect(data.ends).toEqual({
    columns: [{ name: "order__ordered_on__day__min" }, { name: "order__ordered_on__day__max" }],
    rows: [["2026-01-05", "2026-03-31"]],
  });
  expect(data.saved).toEqual({
    rows: [
      ["EMEA", "1500.50"],
      [null, "1075.00"],
    ],
    pageInfo: { hasNextPage: true },
  });
  expect(data.none).toEqual({ rows: [], pageInfo: { hasNextPage: true } });
});

test("a question without an answer is a typed refusal, and nothing runs", async () => {
  const refused = async (input: string) =>
    (
      await shop.ask(
        `{ query(input: ${input}) { columns { name } rows refusal { code path suggestions } provenance { queryId } } }`,
      )
    ).data.query;
  expect(await refused(`{ metrics: ["revenu"] }`)).toEqual({
    columns: [],
    rows: null,
    refusal: { code: "UNKNOWN_METRIC", path: ["metrics", "0"], suggestions: ["revenue"] },
    provenance: null,
  });
  expect((await refused(`{ metrics: ["hidden_input"] }`)).refusal.code).toBe("UNKNOWN_METRIC");
  expect((await refused(`{ metrics: ["revenue"], groupBy: [{ name: "customer__regio" }] }`)).refusal).toMatchObject({
    code: "UNKNOWN_GROUP_BY",
    suggestions: expect.arrayContaining(["customer__region"]),
  });
  expect((await refused(`{ metrics: ["members"], groupBy: [{ name: "order__status" }] }`)).refusal.code).toBe(
    "FAN_OUT",
  );
  expect((await refused(`{ metrics: ["revenue"], where: ["order__status ="] }`)).refusal).toMatchObject({
    code: "INVALID_FILTER",
    path: ["where", "0"],
  });
  expect((await refused(`{ metrics: [{ name: "revenue", filter: "x" }] }`)).refusal).toMatchObject({
    code: "INVALID_REQUEST",
    path: ["metrics", "0", "filter"],
  });
  expect((await refused(`{ metrics: ["revenue"], limit: -1 }`)).refusal).toMatchObject({
    code: "INVALID_LIMIT",
    path: ["limit"],
  });
  expect((await refused("{}")).refusal.code).toBe("EMPTY_QUERY");
  expect(shop.statements).toEqual([]);
});

test("what the warehouse says never reaches the caller; its id does", async () => {
  const cause = new Error("relation shop.secret_orders: password=hunter2");
  shop.fail(new WarehouseError("statement", "The warehouse refused the statement.", { cause }));
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const [typed, generic] = await Promise.all([
    shop.http({ body: JSON.stringify({ query: "{ orders { ... on OrdersConnection { nodes { revenue } } } }" }) }),
    shop.http({ body: JSON.stringify({ query: `{ query(input: { metrics: ["revenue"] }) { rows } }` }) }),
  ]);
  const written = stderr.mock.calls.map(([text]) => String(text));
  for (const { text } of [typed, generic]) {
    const { data, errors } = JSON.parse(text);
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    const { code, id } = errors[0].extensions;
    expect(code).toBe("WAREHOUSE_ERROR");
    expect(errors[0].message).toBe(`The warehouse could not answer. Error id: ${id}.`);
    expect(text).not.toMatch(/hunter2|secret|select|stack|\.ts/);
    const logged = written.find((line) => line.includes(id));
    expect(JSON.parse(logged ?? "")).toMatchObject({ level: "error", id, cause: { message: cause.message } });
  }
});

test("what lies in the question or the data is told, in our words", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const ask = async (where: string) => {
    const { text } = await shop.http({
      body: JSON.stringify({
        query: 'query ($where: [String!]) { query(input: { metrics: ["revenue"], where: $where }) { rows } }',
        variables: { where: [where] },
      }),
    });
    const [error] = JSON.parse(text).errors;
    expect(error.extensions.code).toBe("WAREHOUSE_ERROR");
    return error.message.replace(error.extensions.id, "ID");
  };
  expect(await ask("cast(order__note as int) = 1")).toBe(
    "A value cannot be converted to the type that it is cast to. Error id: ID.",
  );
  expect(await ask("order__parcel * order__parcel > 5")).toBe(
    "A value became larger than its type can hold. Error id: ID.",
  );
  stderr.mockRestore();
});

test("a fault of our own is masked in the same way", async () => {
  shop.fail(new TypeError("undefined is not a function at line 7"));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const { text } = await shop.http({
    body: JSON.stringify({ query: `{ query(input: { metrics: ["revenue"] }) { rows } }` }),
  });
  expect(JSON.parse(text).errors[0].extensions.code).toBe("INTERNAL");
  expect(text).not.toContain("function");
});
