import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import {
  ANN,
  APAC,
  CLEO,
  type Connected,
  chart,
  connect,
  dataOf,
  EMEA,
  failure,
  KEY,
  NOBODY,
  type Rows,
  rowsOf,
  STRANGER,
} from "./connector.ts";
import { inSql, normal, runSql } from "./fixture.ts";

let connected: Connected;
beforeAll(async () => {
  connected = await connect();
});
afterAll(() => connected.close());

const byHand = async (text: string, { warehouse } = connected) =>
  normal(await runSql(warehouse, inSql(text, "duckdb")));

describe("wrong totals", () => {
  test.each([
    [["order__region"], "region"],
    [["metric_time__week"], "{week:{ordered}}"],
    [["metric_time__month", "order__channel"], "{month:{ordered}}, channel"],
    [[], ""],
  ])("what does not add up is right for each group of %j, and for a scorecard", async (groups, columns) => {
    const { script } = connected;
    const answer = await dataOf(script, ANN, chart([...groups, "buyers", "median_amount", "cost_share", "revenue"]));
    const metrics = `count(distinct customer_id), median(amount::double), sum(cost) / nullif(sum(amount), 0)::double, sum(amount)`;
    const sql =
      columns === ""
        ? `select ${metrics} from orders`
        : `select ${columns}, ${metrics} from orders group by ${columns}`;
    expect(answer.filtersApplied).toBe(true);
    expect(rowsOf(answer)).toEqual(await byHand(sql));
  });

  test("Data Studio may add up sums alone, and regroups no date", async () => {
    const { schema } = (await connected.script.call(ANN, "getSchema", { configParams: { model: "orders" } })) as Rows;
    const semantics = new Map(schema.map(({ name, semantics }) => [name, semantics]));
    expect(semantics.get("revenue")).toMatchObject({ semanticType: "CURRENCY_USD", isReaggregatable: true });
    for (const name of ["buyers", "median_amount", "mean_amount", "top_amount", "cost_share", "revenue_7d"]) {
      expect([name, semantics.get(name)]).toEqual([name, expect.objectContaining({ isReaggregatable: false })]);
    }
    expect([...semantics.keys()]).toEqual(expect.arrayContaining(["metric_time__day", "metric_time__month"]));
    expect(schema.filter(({ isDefault }) => isDefault === true)).toHaveLength(2);
  });

  test("a date range cuts at its days though the chart shows months", async () => {
    const range = { dateRange: { startDate: "2026-02-11", endDate: "2026-03-08" } };
    const answer = await dataOf(connected.script, ANN, chart(["metric_time__month", "orders", "buyers"], range));
    expect(rowsOf(answer)).toEqual(
      await byHand(`select {month:{ordered}}, count(*), count(distinct customer_id) from orders
        where {ordered}::date between date '2026-02-11' and date '2026-03-08' group by 1`),
    );
  });
});

describe("the settings of a data source", () => {
  const step = async (configParams?: object) =>
    (await connected.script.call(ANN, "getConfig", { languageCode: "en", ...(configParams && { configParams }) })) as {
      readonly configParams: readonly { readonly name: string; readonly type: string }[];
      readonly isSteppedConfig: boolean;
      readonly dateRangeRequired: boolean;
    };

  test("are asked step by step: what was asked once is always asked, first the server", async () => {
    const [first, second] = [await step(), await step({ endpoint: connected.endpoint, model: "orders" })];
    expect([first.isSteppedConfig, second.isSteppedConfig]).toEqual([true, false]);
    expect([first.dateRangeRequired, second.dateRangeRequired]).toEqual([true, true]);
    expect(first.configParams[0]).toMatchObject({
      type: "SELECT_SINGLE",
      name: "endpoint",
      options: [{ label: expect.any(String), value: connected.endpoint }],
    });
    expect(second.configParams.slice(0, first.configParams.length)).toEqual(first.configParams);
    expect(second.configParams.map(({ name, type }) => [name, type])).toEqual(
      expect.arrayContaining([
        ["model", "SELECT_SINGLE"],
        ["metrics", "SELECT_MULTIPLE"],
        ["timeDimension", "SELECT_SINGLE"],
        ["currency", "SELECT_SINGLE"],
        ["certifiedOnly", "CHECKBOX"],
        ["decompose", "CHECKBOX"],
      ]),
    );
    expect(await step({ endpoint: connected.endpoint, model: "orders" })).toEqual(second);
    const overridable = second.configParams.filter((one) => JSON.stringify(one).includes('"allowOverride":true'));
    expect(overridable.map(({ name }) => name)).toEqual(["timeDimension", "currency"]);
  });

  test("decide which metrics are fields, and ratios become formulas over hidden parts on request", async () => {
    const configParams = { model: "orders", metrics: "cost_share,revenue", decompose: true, certifiedOnly: false };
    const { schema } = (await connected.script.call(ANN, "getSchema", { configParams })) as Rows;
    const metrics = schema.filter(({ semantics }) => JSON.stringify(semantics).includes("METRIC"));
    expect(metrics.find(({ name }) => name === "cost_share")).toMatchObject({
      formula: expect.stringMatching(/^SUM\(.+\)\s*\/\s*SUM\(.+\)$/),
    });
    const hidden = metrics.filter(({ isHidden }) => isHidden === true);
    expect(hidden.length).toBeGreaterThan(0);
    for (const part of hidden) expect(part).toMatchObject({ semantics: { isReaggregatable: true } });
    const groups = schema.filter(({ name }) => name === "order__region").map(({ name }) => String(name));
    const parts = await dataOf(
      connected.script,
      ANN,
      chart([...groups, ...hidden.map(({ name }) => String(name))], { configParams }),
    );
    expect(parts.rows).toHaveLength(4);
  });

  test("a saved query keeps its own filter", async () => {
    const configParams = { model: "saved:emea" };
    const answer = await dataOf(connected.script, ANN, chart(["order__channel", "revenue"], { configParams }));
    const sql = (where: string): string => `select channel, sum(amount) from orders ${where} group by 1`;
    expect(rowsOf(answer)).toEqual(await byHand(sql("where region = 'EMEA'")));
    expect(rowsOf(answer)).not.toEqual(await byHand(sql("")));
  });
});

test("the fields are those of the server in every word: folders, descriptions, formulas, what is hidden and what comes first", async () => {
  const configParams = { model: "orders", decompose: "true" };
  const { schema } = (await connected.script.call(ANN, "getSchema", { configParams })) as Rows;
  const { fields } = schemaFor(connected.engine.catalog, OPERATOR, configParams);
  const isSaid = ([, value]: readonly [string, unknown]): boolean => value !== "";
  expect(schema).toEqual(fields.map((field) => Object.fromEntries(Object.entries(field).filter(isSaid))));
  const keys = new Set(fields.flatMap((field) => Object.entries(field).filter(isSaid)).map(([key]) => key));
  expect([...keys]).toEqual(expect.arrayContaining(["description", "group", "formula", "isHidden", "isDefault"]));
});

test("every field that is offered can be asked for, and comes as the schema says", async () => {
  const { schema } = (await connected.script.call(ANN, "getSchema", { configParams: { model: "orders" } })) as Rows;
  const asked = schema.filter(({ formula }) => formula === undefined);
  expect(asked.length).toBeGreaterThan(40);
  // Running values and comparisons go by a time.
  const time = "metric_time__month";
  for (const { isDefault: _ours, ...field } of asked) {
    const names = [...(JSON.stringify(field).includes("METRIC") ? [time] : []), String(field["name"])];
    const answer = await dataOf(connected.script, ANN, chart(names));
    const { isDefault: _theirs, ...told } = answer.schema.at(-1) ?? {};
    expect([told, answer.schema.length]).toEqual([field, names.length]);
    for (const { values } of answer.rows) expect(values).toHaveLength(names.length);
  }
});

test("whoever sets a server up learns whom the tokens are for, and no token", async () => {
  const { script } = connected;
  await script.call(ANN, "logAudience");
  expect((await script.kept()).log).toEqual([KEY.audience]);
});

describe("filters not pushed down", () => {
  const filter = (fieldName: string, operator: string, values: readonly string[], type = "INCLUDE") => ({
    fieldName,
    operator,
    values,
    type,
  });

  test.each([
    ["of a field that the chart does not show", [[filter("order__region", "EQUALS", ["EMEA"])]], "region = 'EMEA'"],
    [
      "that leaves something out keeps the rows without a value",
      [[filter("order__region", "IN_LIST", ["EMEA", "APAC"], "EXCLUDE")]],
      "coalesce(region not in ('EMEA', 'APAC'), true)",
    ],
    ["for no value", [[filter("order__channel", "IS_NULL", [])]], "channel is null"],
    [
      "by a pattern",
      [[filter("order__channel", "REGEXP_PARTIAL_MATCH", ["^[wW]"])]],
      "regexp_matches(channel, '^[wW]')",
    ],
    [
      "that is SQL",
      [[filter("order__channel", "EQUALS", ["'; drop table orders; --"])]],
      "channel = '''; drop table orders; --'",
    ],
    ["with signs of patterns", [[filter("order__channel", "CONTAINS", ["100%"])]], "contains(channel, '100%')"],
    [
      "of several, some of which leave out",
      [
        [filter("order__region", "EQUALS", ["EMEA"]), filter("order__channel", "EQUALS", ["web"], "EXCLUDE")],
        [filter("order__priority", "NUMERIC_GREATER_THAN", ["1"])],
      ],
      "(region = 'EMEA' or coalesce(channel <> 'web', true)) and priority > 1",
    ],
  ])("a filter %s", async (_what, dimensionsFilters, where) => {
    const { script } = connected;
    const fields = [{ name: "order__is_gift" }, { name: "buyers" }, { name: "order__region", forFilterOnly: true }];
    const answer = await dataOf(script, ANN, { ...chart([]), fields, dimensionsFilters });
    expect(answer.schema.map(({ name }) => name)).toEqual(["order__is_gift", "buyers"]);
    expect(rowsOf(answer)).toEqual(
      await byHand(`select is_gift, count(distinct customer_id) from orders where ${where} group by 1`),
    );
  });

  test.each([
    ["of a metric", [[filter("revenue", "NUMERIC_GREATER_THAN", ["1"])]], "revenue"],
    [
      "with a pattern that engines read differently",
      [[filter("order__channel", "REGEXP_EXACT_MATCH", ["(a)\\1"])]],
      "order__channel",
    ],
    ["of a kind that Data Studio may come to have", [[filter("order__channel", "SOUNDS_LIKE", ["web"])]], "EQUALS"],
    [
      "that says more than is known",
      [[{ ...filter("order__region", "EQUALS", ["EMEA"]), ignoreCase: true }]],
      "ignoreCase",
    ],
    ["of another shape", { fieldName: "order__region" }, "dimensionsFilters"],
  ])("a filter %s is refused, never left out", async (_what, dimensionsFilters, words) => {
    const error = await failure(dataOf(connected.script, ANN, chart(["orders"], { dimensionsFilters })));
    expect(error.message).toContain(words);
    expect(error.debug).toMatch(/^[A-Z_]+, status 4\d\d, request [\w-]+$/);
  });
});

describe("viewer identity lost", () => {
  const request = chart(["order__region", "orders", "buyers"]);

  test("everybody sees their own rows of one report, in whatever order they look", async () => {
    const sql = (where: string) =>
      byHand(`select region, count(*), count(distinct customer_id) from orders ${where} group by 1`);
    const all = await sql("");
    const [emea, apac] = [await sql("where region = 'EMEA'"), await sql("where region = 'APAC'")];
    for (const [viewer, rows] of [
      [EMEA, emea],
      [APAC, apac],
      [ANN, all],
      [EMEA, emea],
    ] as const) {
      expect(rowsOf(await dataOf(connected.script, viewer, request))).toEqual(rows);
    }
  });

  test("a field that is hidden from somebody is not there for them, like one that never was", async () => {
    const { script } = connected;
    const { schema } = (await script.call(CLEO, "getSchema", { configParams: { model: "orders" } })) as Rows;
    const names = schema.map(({ name }) => name);
    expect(names).toContain("revenue");
    expect(names.filter((name) => /cost|region/.test(String(name)))).toEqual([]);
    const hidden = await failure(dataOf(script, CLEO, chart(["order__region", "orders"])));
    const missing = await failure(dataOf(script, CLEO, chart(["order__nothing", "orders"])));
    expect(hidden.message.replace("order__region", "order__nothing")).toBe(missing.message);
  });

  test.each(["role", "roles", "user", "email", "policy", "principal", "sub"])(
    "no setting of a report says who looks at it: %s",
    async (key) => {
      const configParams = { model: "orders", [key]: "analyst" };
      const error = await failure(dataOf(connected.script, EMEA, chart(["orders"], { configParams })));
      expect(error.message).toContain(key);
    },
  );

  test.each(["getConfig", "getSchema", "getData"])(
    "where nobody looks %s sends nothing and falls back on nobody",
    async (name) => {
      const { script } = connected;
      const before = script.fetched.length;
      const error = await failure(script.call(NOBODY, name, request));
      expect(error.message).toMatch(/signed in.*public link.*scheduled e-mail/s);
      expect(error.debug).toBe("NO_IDENTITY_TOKEN");
      expect(script.fetched).toHaveLength(before);
    },
  );

  test("whom the server does not know gets no field and no row", async () => {
    for (const name of ["getConfig", "getSchema", "getData"]) {
      const error = await failure(connected.script.call(STRANGER, name, request));
      expect(error.message).toContain("does not know your Google account");
    }
  });

  test("the manifest leaves nobody the choice to lend others their eyes", async () => {
    expect(connected.manifest).toMatchObject({ dataStudio: { forceViewersCredentials: true } });
    expect(connected.manifest).not.toHaveProperty("dataStudio.useQueryConfig");
  });
});
