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
    expect(JSON.parse(logged ?? "")).toMatchObject({
      level: "error",
      requestId: id,
      error: { cause: { message: cause.message } },
    });
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

test("having chooses rows by what they show; totals are evaluated over every row, whatever having and paging leave out", async () => {
  shop.statements.length = 0;
  const { data } = await shop.ask(`{ query(input: {
    metrics: ["revenue", "average_order"], groupBy: [{ name: "customer__region" }, { name: "order__status" }],
    having: ["revenue > 100"], totals: [["customer__region"], [], ["order__status", "customer__region"]],
    orderBy: [{ name: "revenue", direction: DESC }], limit: 1
  }) { rows totals { by rows } totalCount pageInfo { hasNextPage } refusal { message } provenance { warnings } } }`);
  expect(data.query).toMatchObject({
    rows: [["EMEA", "paid", "1200.50", 1200.5]],
    totals: [
      {
        by: ["customer__region"],
        rows: [
          ["APAC", "50.00", 50],
          ["EMEA", "1500.50", 750.25],
          [null, "1075.00", expect.closeTo(358.333, 3)],
        ],
      },
      { by: [], rows: [["2625.50", expect.closeTo(437.583, 3)]] },
      {
        by: ["order__status", "customer__region"],
        rows: expect.arrayContaining([["paid", "EMEA", "1200.50", 1200.5]]),
      },
    ],
    totalCount: 3,
    pageInfo: { hasNextPage: true },
    refusal: null,
    provenance: { warnings: [expect.stringMatching(/^totals: .*having/)] },
  });
  expect(shop.statements).toHaveLength(1);
});

test("a total without metric_time covers the periods that the rows cover", async () => {
  const { data } =
    await shop.ask(`{ query(input: { metrics: ["revenue"], groupBy: [{ name: "metric_time", grain: MONTH }],
    timeRange: { start: "2026-01-10", end: "2026-02-05" }, totals: [[]] }) { rows totals { rows } } }`);
  expect(data.query).toEqual({
    rows: [
      ["2026-01-01", "1500.50"],
      ["2026-02-01", "120.00"],
    ],
    totals: [{ rows: [["1620.50"]] }],
  });
});

test("totals name group columns of the answer, and no condition on a metric may stand in where beside them", async () => {
  const refused = async (more: string) =>
    (
      await shop.ask(
        `{ query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region", as: "region" }], ${more} }) { rows refusal { code path suggestions } } }`,
      )
    ).data.query;
  expect(await refused(`totals: [[], ["customer__region"]]`)).toEqual({
    rows: null,
    refusal: { code: "UNKNOWN_GROUP_BY", path: ["totals", "1", "0"], suggestions: ["region"] },
  });
  expect((await refused(`where: ["revenue > 100"], totals: [[]]`)).refusal).toMatchObject({
    code: "INVALID_REQUEST",
    path: ["where"],
  });
});

test("totals of a saved query have neither its limit nor its order", async () => {
  const { data } = await shop.ask(
    `{ query(input: { savedQuery: "by_region", totals: [["customer__region"], []] }) { rows totals { rows } totalCount } }`,
  );
  expect(data.query.rows).toHaveLength(2);
  expect(data.query.totals[0].rows).toHaveLength(3);
  expect(data.query.totals[1].rows).toEqual([["2625.50"]]);
  expect(data.query.totalCount).toBe(3);
});

test("how many rows there are is counted only where it is selected, through fragments and directives too", async () => {
  const question = `query(input: { metrics: ["orders"], groupBy: [{ name: "customer__region" }], limit: 1 })`;
  const texts = async (query: string) => {
    shop.statements.length = 0;
    const { data } = await shop.ask(query);
    return { data, text: shop.statements.map(({ text }) => text).join("\n") };
  };
  const plain = await texts(`{ ${question} { rows } }`);
  const skipped = await texts(
    `{ ${question} { rows ...C @skip(if: true) } } fragment C on MetricQueryResult { totalCount }`,
  );
  const counted = await texts(`{ ${question} { rows ...C } } fragment C on MetricQueryResult { n: totalCount }`);
  expect(skipped.text).toBe(plain.text);
  expect(counted.data.query).toEqual({ rows: [["APAC", "1"]], n: 3 });
  expect(shop.statements).toHaveLength(1);
});

test("numbers: JSON gives JSON numbers, in totals too; text keeps every digit", async () => {
  const body = (numbers: string) =>
    `{ query(input: { metrics: ["parcels", "revenue"], groupBy: [{ name: "order__is_gift" }], limit: 1, orderBy: [{ name: "parcels", direction: DESC }], totals: [[]] }${numbers}) { rows totals { rows } } }`;
  const text = (await shop.http({ body: JSON.stringify({ query: body("") }) })).text;
  expect(text).toContain('"rows":[[true,"9007199254740997","1270.50"]]');
  const json = (await shop.http({ body: JSON.stringify({ query: body(", numbers: JSON") }) })).text;
  expect(json).toContain('"rows":[[true,9007199254740996,1270.5]]');
  expect(json).toContain('"totals":[{"rows":[[9007199254741012,2625.5]]}]');
});

test("a metric may be compared, by a period and to a total, and filled up", async () => {
  const { data } = await shop.ask(`{ query(input: {
    metrics: ["revenue", { name: "revenue", as: "before", shift: { by: "P1M" } },
      { name: "revenue", as: "growth", shift: { periods: 1, unit: MONTH }, calc: DELTA_RATIO },
      { name: "revenue", as: "share", calc: SHARE_OF_TOTAL }]
    groupBy: [{ name: "metric_time", grain: MONTH, fill: true }], timeRange: { start: "2026-01-01", end: "2026-04-30" }
  }) { refusal { code message } rows } }`);
  const { rows, refusal } = data.query;
  expect(refusal).toBeNull();
  expect(rows[1].slice(0, 3)).toEqual(["2026-02-01", "120.00", "1500.50"]);
  expect(Number(rows[1][3])).toBeCloseTo((120 - 1500.5) / 1500.5);
  expect(Number(rows[1][4])).toBeCloseTo(120 / 2625.5);
  expect(rows[3].slice(0, 2)).toEqual(["2026-04-01", null]);
});

test("requireCertified refuses what is not, by argument and by the request's extensions, and the refusal stands in extensions", async () => {
  const ask = async (argument: string, extensions?: object) => {
    const query = `{ query(input: { metrics: ["revenue"]${argument} }) { refusal { code } } }`;
    return JSON.parse((await shop.http({ body: JSON.stringify({ query, extensions }) })).text);
  };
  for (const answer of [
    await ask(", requireCertified: true"),
    await ask("", { metrics: { require: "CERTIFIED" } }),
    await ask(", requireCertified: false", { metrics: { require: "CERTIFIED" } }),
  ]) {
    expect(answer.data.query.refusal).toEqual({ code: "METRIC_NOT_CERTIFIED" });
    expect(answer.extensions).toMatchObject({ metrics: [], refusals: [{ code: "METRIC_NOT_CERTIFIED" }] });
  }
  expect((await ask("", { other: { require: "CERTIFIED" }, metrics: 7 })).data.query.refusal).toBeNull();
});

test("every answer says in its extensions what it rests on", async () => {
  const { text } = await shop.http({
    body: JSON.stringify({
      query: `{ a: query(input: { metrics: ["half"] }) { rows } orders { ... on OrdersConnection { nodes { orders } } } }`,
    }),
  });
  expect(JSON.parse(text).extensions).toEqual({
    metrics: [
      ["half", "2027-03-31"],
      ["orders", null],
      ["revenue", null],
    ].map(([name, sunset]) => ({
      name,
      version: 1,
      certification: "NONE",
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      expiresAt: null,
      freshness: { asOf: expect.stringMatching(/^\d{4}-.*Z$/) },
      sunset,
    })),
    refusals: [],
  });
  expect((await shop.http({ body: JSON.stringify({ query: "{ models { name } }" }) })).text).not.toContain(
    "extensions",
  );
});

test("more rows than one answer holds are told: a next page, and a warning", async () => {
  const many = await startShop({
    definitions: {
      "many.yaml": `model: many
label: Many
description: More rows than an answer holds.
owner: sales
table: shop.many
primary_key: id
columns: { id: int }
entities: { many: primary }
measures: { rows: count(*) }
`,
    },
    tables: "create table shop.many as select range::bigint as id from range(100001);",
  });
  const ask = async (limit: string) =>
    (
      await many.ask(
        `{ query(input: { groupBy: [{ name: "many" }]${limit} }) { rows refusal { message } pageInfo { hasNextPage } provenance { warnings } } }`,
      )
    ).data.query;
  const cut = await ask("");
  expect([cut.rows.length, cut.pageInfo.hasNextPage]).toEqual([100_000, true]);
  expect(cut.provenance.warnings).toEqual([expect.stringMatching(/^truncated: after 100,000 rows/)]);
  expect((await ask(", limit: 100")).provenance.warnings).toEqual([]);
  expect((await ask(", offset: 100000")).provenance.warnings).toEqual([]);
  await many.close();
});
