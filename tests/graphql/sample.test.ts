import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { metricsBelow } from "../../src/catalog/index.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import { exampleTabs } from "../../src/graphql/graphiql/examples.ts";
import { typedModels } from "../../src/graphql/typed-model.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { type Api, startApi } from "./support.ts";

const { catalog } = loadCatalog("metrics");
if (!catalog) throw new Error("metrics/ does not load");

let api: Api;
beforeAll(async () => {
  api = await startApi("metrics", `duckdb:${await ensureSample()}`);
});
beforeEach(() => {
  api.statements.length = 0;
});
afterAll(() => api.close());

test.each(exampleTabs(catalog).map(({ query, variables }) => [/^query (\w+)/m.exec(query)?.[1], query, variables]))(
  "the GraphiQL tab %s is answered with rows",
  async (_, query = "", variables = "{}") => {
    const { data, errors } = await api.ask(query, JSON.parse(variables));
    expect(errors).toBeUndefined();
    for (const answer of Object.values<Record<string, unknown>>(data)) {
      expect(answer["refusal"] ?? null).toBeNull();
      expect(answer["code"]).toBeUndefined();
      const rows = answer["nodes"] ?? answer["rows"];
      if (rows !== undefined) expect(rows).not.toEqual([]);
    }
  },
);

test.each(typedModels(catalog, []).map((model) => [model.field, model] as const))(
  "the typed field %s says by month what query says",
  async (field, model) => {
    const names = model.metrics.map(({ metric }) => metric.name);
    const fields = model.metrics.map((metric) => metric.field);
    const { data, errors } = await api.ask(`{
      typed: ${field}(groupBy: [{ time: METRIC_TIME, grain: MONTH }], first: 10000) {
        ... on ${model.type}Connection { nodes { key { metricTime { start } } ${fields.join(" ")} } } ... on QueryRefused { code message } }
      query(input: { metrics: ${JSON.stringify(names)}, groupBy: [{ name: "metric_time", grain: MONTH }] }) { rows refusal { code message } } }`);
    expect(errors).toBeUndefined();
    const typed: Record<string, unknown>[] = data.typed.nodes;
    const rows = new Map<unknown, unknown[]>(data.query.rows.map(([month, ...values]: unknown[]) => [month, values]));
    expect(rows.size).toBeGreaterThan(10);
    // Months in which the model has rows, but no metric does, are rows of the typed field alone.
    const empty = names.map(() => null);
    for (const row of typed) {
      const { start = null } = (row["key"] as { metricTime: { start: string } | null }).metricTime ?? {};
      expect([start, ...fields.map((name) => row[name])]).toEqual([start, ...(rows.get(start) ?? empty)]);
      rows.delete(start);
    }
    // A window goes on after the last row of the model: what is a row of `query` alone has values of windows, and no other.
    const windows = model.metrics.map(({ metric }) =>
      metricsBelow(catalog, metric).some(({ type }) => type === "cumulative"),
    );
    const ofWindows = (values: unknown[]) => values.map((value, i) => (windows[i] ? value !== null : value === null));
    for (const [month, values] of rows)
      expect([month, ...ofWindows(values)]).toEqual([month, ...names.map(() => true)]);
    // Of the sample these are the customers who were active in the last days of October, 28 days on.
    expect([...rows.keys()]).toEqual(field === "orders" ? ["2026-11-01"] : []);
    expect(api.statements).toHaveLength(2);
  },
);
