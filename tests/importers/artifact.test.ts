import { expect, test } from "vitest";
import { convert } from "../../src/importers/index.ts";
import { catalogOf, imported, REVENUE } from "./support.ts";

const relation = {
  alias: "fct_orders",
  schema_name: "marts",
  database: "db",
  relation_name: '"db"."marts"."fct_orders"',
};
const none = { label: null, metadata: null, config: { meta: {} } };
const time = { name: "day", is_partition: false, type: "time", expr: null, ...none };
const measure = { name: "amount", filter: null, alias: null, join_to_timespine: false, fill_nulls_with: null };
const params = {
  measure: null,
  numerator: null,
  denominator: null,
  expr: null,
  window: null,
  grain_to_date: null,
  metrics: [],
};
const more = {
  conversion_type_params: null,
  cumulative_type_params: null,
  metric_aggregation_params: null,
  input_measures: [measure],
};
const where = (sql: string) => ({ where_filters: [{ where_sql_template: sql }] });
const metric = { description: "Text.\n", filter: null, time_granularity: null, ...none };
const own = {
  semantic_model: "orders",
  agg: "count_distinct",
  agg_params: null,
  agg_time_dimension: null,
  non_additive_dimension: null,
};

/** As dbt writes it: every field, mostly null, each object twice where it was rewritten. */
const MANIFEST = {
  semantic_models: [
    {
      name: "orders",
      defaults: { agg_time_dimension: "ordered_on" },
      description: "One row an order.\n",
      node_relation: relation,
      primary_entity: null,
      entities: [{ name: "order", description: null, type: "primary", role: null, expr: "order_id", ...none }],
      measures: [
        {
          name: "amount",
          agg: "sum",
          description: null,
          create_metric: false,
          expr: "amount",
          agg_params: null,
          non_additive_dimension: null,
          agg_time_dimension: "ordered_on",
          ...none,
        },
      ],
      dimensions: [
        { ...time, name: "ordered_on", type_params: { time_granularity: "day", validity_params: null } },
        { ...time, name: "status", type: "categorical", type_params: null },
      ],
      ...none,
    },
  ],
  metrics: [
    {
      ...metric,
      name: "revenue",
      type: "simple",
      type_params: {
        ...params,
        ...more,
        expr: "amount",
        measure: { ...measure, filter: where("{{ Dimension('order__status') }} = 'paid'") },
        metric_aggregation_params: own,
      },
      filter: where("{{ Dimension('order__status') }} <> 'x'"),
    },
    { ...metric, name: "amount", type: "simple", type_params: { ...params, ...more, measure, is_private: true } },
    {
      ...metric,
      name: "buyers",
      type: "simple",
      type_params: {
        ...params,
        ...more,
        input_measures: [],
        expr: "customer_id",
        fill_nulls_with: 0,
        join_to_timespine: true,
        metric_aggregation_params: own,
      },
    },
    {
      ...metric,
      name: "weekly",
      type: "cumulative",
      type_params: {
        ...params,
        ...more,
        measure,
        window: { count: 7, granularity: "day" },
        cumulative_type_params: {
          window: { count: 7, granularity: "day" },
          grain_to_date: null,
          period_agg: "last",
          metric: { name: "amount", filter: null, alias: null },
        },
      },
    },
    {
      ...metric,
      name: "growth",
      type: "derived",
      type_params: {
        ...params,
        ...more,
        expr: "amount - before",
        metrics: [
          { name: "amount", filter: null, alias: null, offset_window: null, offset_to_grain: null },
          {
            name: "amount",
            filter: null,
            alias: "before",
            offset_window: { count: 1, granularity: "month" },
            offset_to_grain: null,
          },
        ],
      },
    },
  ],
  project_configuration: {
    time_spine_table_configurations: [],
    metadata: null,
    dsi_package_version: { major_version: "0", minor_version: "9", patch_version: "0" },
    time_spines: [
      {
        node_relation: { ...relation, alias: "days" },
        primary_column: { name: "day", time_granularity: "day" },
        custom_granularities: [],
      },
    ],
  },
  saved_queries: [
    {
      name: "board",
      description: null,
      query_params: {
        metrics: ["revenue"],
        group_by: ["TimeDimension('metric_time','month')"],
        where: where("{{ Dimension('order__status') }} = 'a'"),
        order_by: [],
        limit: null,
      },
      metadata: null,
      label: null,
      exports: [],
      tags: [],
    },
  ],
};

test("semantic_manifest.json is read like the YAML it was made from, nulls and repetitions included", () => {
  const shop = imported({ "target/semantic_manifest.json": JSON.stringify(MANIFEST) });
  expect(shop.told).toEqual([]);
  expect(Object.fromEntries(shop.files.map(({ path, text }) => [path, text]))).toEqual({
    "models/orders.yaml":
      "model: orders\ndescription: One row an order.\ntable: db.marts.fct_orders\ntime: ordered_on\nentities:\n  order: { type: primary, key: order_id }\ndimensions:\n  ordered_on: day\n  status:\nmeasures:\n  amount: { agg: sum, time: ordered_on }\n",
    "calendars/days.yaml": "calendar: days\ntable: db.marts.days\ncolumn: day\ngrain: day\n",
    "orders/revenue.yaml":
      "metric: revenue\ndescription: Text.\nfilter: [\"{{ Dimension('order__status') }} = 'paid'\", \"{{ Dimension('order__status') }} <> 'x'\"]\nmodel: orders\nmeasure: amount\n",
    "orders/amount.yaml": "metric: amount\ndescription: Text.\nprivate: true\nmodel: orders\nmeasure: amount\n",
    "orders/buyers.yaml":
      "metric: buyers\ndescription: Text.\nmodel: orders\nmeasure: count_distinct(customer_id)\nfill_nulls_with: 0\njoin_to_timespine: true\n",
    "orders/weekly.yaml": "metric: weekly\ndescription: Text.\ninput: amount\nwindow: 7 days\nperiod_agg: last\n",
    "orders/growth.yaml":
      "metric: growth\ndescription: Text.\nexpr: amount - before\ninputs: [amount, { metric: amount, as: before, offset_window: 1 month }]\n",
    "saved_queries/board.yaml":
      "saved_query: board\nmetrics: [revenue]\ngroup_by: [metric_time__month]\nfilter: \"{{ Dimension('order__status') }} = 'a'\"\n",
  });
  expect(catalogOf(shop).metrics.size).toBe(5);
});

test("where there is YAML, it counts, and the artifact does not double it", () => {
  const shop = imported({ "shop.yml": REVENUE, "target/semantic_manifest.json": JSON.stringify(MANIFEST) });
  expect(shop.paths).toEqual(["models/orders.yaml", "orders/revenue.yaml"]);
});

test("manifest.json says which table a ref is, and the caller before it", () => {
  const nodes = {
    "model.shop.orders": {
      resource_type: "model",
      name: "orders",
      database: "db",
      schema: "marts",
      alias: "fct_orders",
    },
    "test.shop.orders": { resource_type: "test", name: "orders", database: "db", schema: "tests", alias: "orders" },
  };
  const files = [
    { path: "shop.yml", text: REVENUE },
    { path: "target/manifest.json", text: JSON.stringify({ nodes }) },
  ];
  const tableIn = ({ files: written }: ReturnType<typeof convert>) => /table: (.*)/.exec(written[0]?.text ?? "")?.[1];
  expect(tableIn(convert(files))).toBe("db.marts.fct_orders");
  expect(tableIn(convert(files, { orders: "other.orders" }))).toBe("other.orders");
  expect(tableIn(convert(files, { "*": "dev.*" }))).toBe("db.marts.fct_orders");
});
