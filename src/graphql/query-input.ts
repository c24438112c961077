import type { Builder, SharedTypes } from "./builder.ts";

/** The contract's request as an input, with the totals beside it. */
export function queryInput(builder: Builder, { Grain, DatePart, Direction, TimeRange }: SharedTypes) {
  const GroupBy = builder.inputType("GroupByInput", {
    fields: (t) => ({
      name: t.string({ required: true, description: "`metric_time`, `entity` or `entity__dimension`." }),
      grain: t.field({ type: Grain }),
      datePart: t.field({ type: DatePart, description: "Instead of a grain." }),
      as: t.string({ description: "Another name for the column." }),
      fill: t.boolean({
        description:
          "Of metric_time at a grain: a row for every period of the range, or else between the first and last with rows.",
      }),
    }),
  });
  const OrderBy = builder.inputType("OrderByInput", {
    fields: (t) => ({
      name: t.string({ required: true, description: "A column of the answer." }),
      direction: t.field({ type: Direction, defaultValue: "asc" }),
    }),
  });
  return builder.inputType("MetricQueryInput", {
    description:
      "What is asked: metrics by groups, under conditions. Without metrics: the distinct values of the groups.",
    fields: (t) => ({
      metrics: t.field({ type: ["MetricRef"] }),
      groupBy: t.field({ type: [GroupBy] }),
      where: t.stringList({
        description: "Conditions of the filter language, all of which must hold: `customer__region = 'EMEA'`.",
      }),
      having: t.stringList({
        description: "Conditions on columns of the answer, comparisons included: `revenue > 1000`.",
      }),
      timeRange: t.field({ type: TimeRange }),
      orderBy: t.field({ type: [OrderBy] }),
      limit: t.int(),
      offset: t.int(),
      totals: t.field({
        type: [t.listRef("String")],
        description:
          'Sets of group columns by which the metrics are evaluated again, under `where` and `timeRange`, whatever `having` and paging leave out: `[[], ["customer__region"]]`.',
      }),
      distinct: t.boolean(),
      minMaxOnly: t.boolean(),
      savedQuery: t.string({ description: "A saved query, which the other fields narrow." }),
      requireCertified: t.boolean({ description: "Refuse unless every metric is certified, inputs included." }),
      timeZone: t.string({
        description: "IANA zone in which times are cut and range ends read; the catalog's when missing.",
      }),
    }),
  });
}
