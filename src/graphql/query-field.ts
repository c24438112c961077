import { getNamedType, isObjectType } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import type { AnswerColumn } from "../engine/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import type { CatalogueTypes } from "./catalogue.ts";
import { metricNode } from "./catalogue.ts";
import type { ColumnTypeRef } from "./dimension.ts";
import type { ProvenanceType } from "./provenance.ts";
import { askQuery, cancelQuery, queryResult, watchResult } from "./query-answer.ts";
import { queryInput } from "./query-input.ts";
import type { QueryResult, TotalSet } from "./query-result.ts";
import { selectedBelow } from "./selection.ts";

const DEFAULT_WAIT_MS = 30_000;

type Parts = SharedTypes & { readonly ColumnType: ColumnTypeRef; readonly Provenance: ProvenanceType };

/**
 * Adds `query(input)`: the contract's request and answer, for programs that do not know the model; and what follows an
 * answer that is pending, whichever field has asked.
 */
export function addQueryField(builder: Builder, shared: Parts, types: CatalogueTypes, catalog: Catalog): void {
  const Result = resultType(builder, shared, types, catalog);
  const Input = queryInput(builder, shared);
  const { Numbers } = shared;
  builder.queryFields((t) => ({
    query: t.field({
      type: Result,
      description: "Any metrics by any groups, as rows without a fixed shape: the stable door for tools.",
      args: {
        input: t.arg({ type: Input, required: true }),
        waitMs: t.arg.int({
          defaultValue: DEFAULT_WAIT_MS,
          description: "Milliseconds after which the answer is pending.",
        }),
        numbers: t.arg({ type: Numbers, defaultValue: "text" }),
      },
      resolve: (_, { input, waitMs, numbers }, context, info) => {
        const type = getNamedType(info.returnType);
        const selected = isObjectType(type) ? selectedBelow(info, type, info.fieldNodes) : [];
        const wantsCount = selected.some(({ field }) => field.name === "totalCount");
        return askQuery(context, input, {
          waitMs: waitMs ?? DEFAULT_WAIT_MS,
          numbers: numbers ?? "text",
          wantsCount,
        });
      },
    }),
    queryResult: t.field({
      type: Result,
      description: "A pending answer by its id, for who has asked: pending still, or the rows. Kept for a while only.",
      args: {
        queryId: t.arg.id({ required: true }),
        numbers: t.arg({ type: Numbers, defaultValue: "text" }),
      },
      resolve: (_, { queryId, numbers }, context) => queryResult(context, queryId, numbers ?? "text"),
    }),
  }));
  builder.mutationField("cancelQuery", (t) =>
    t.boolean({
      description: "Ends a question of one's own that is pending; false where there is none.",
      args: { queryId: t.arg.id({ required: true }) },
      resolve: (_, { queryId }, context) => cancelQuery(context, queryId),
    }),
  );
  builder.subscriptionField("queryResult", (t) =>
    t.field({
      type: Result,
      description: "How a pending answer goes on, and at last its rows. Over server-sent events.",
      args: {
        queryId: t.arg.id({ required: true }),
        numbers: t.arg({ type: Numbers, defaultValue: "text" }),
      },
      subscribe: (_, { queryId, numbers }, context) => watchResult(context, queryId, numbers ?? "text"),
      resolve: (result) => {
        if (result instanceof Error) throw result;
        return result;
      },
    }),
  );
}

function resultType(builder: Builder, shared: Parts, types: CatalogueTypes, catalog: Catalog) {
  const Reaggregation = builder.enumType("Reaggregation", {
    description: "How partial values of a column may be combined; NONE: only the warehouse can.",
    values: { SUM: { value: "sum" }, MIN: { value: "min" }, MAX: { value: "max" }, NONE: { value: "none" } },
  });
  const Column = builder.objectRef<AnswerColumn>("Column").implement({
    fields: (t) => ({
      name: t.exposeString("name"),
      type: t.field({ type: shared.ColumnType, resolve: ({ type }) => type }),
      label: t.exposeString("label"),
      reaggregation: t.field({ type: Reaggregation, resolve: ({ reaggregation }) => reaggregation }),
      metric: t.field({ type: types.Metric, nullable: true, resolve: ({ metric }) => metricNode(catalog, metric) }),
    }),
  });
  const Total = builder.objectRef<TotalSet>("TotalSet").implement({
    description: "The metrics by fewer groups, evaluated by the warehouse; never summed from rows.",
    fields: (t) => ({
      by: t.stringList({ description: "Its group columns, which come first.", resolve: ({ by }) => by }),
      rows: t.field({ type: "Rows", resolve: ({ rows }) => rows }),
    }),
  });
  return builder.objectRef<QueryResult>("MetricQueryResult").implement({
    description:
      "The answer to a question: `rows`, or that it is `pending`, or the reason why there is none in `refusal`.",
    fields: (t) => ({
      columns: t.field({ type: [Column], resolve: ({ columns }) => columns }),
      rows: t.field({ type: "Rows", nullable: true, resolve: ({ rows }) => rows }),
      pending: t.field({ type: shared.QueryPending, nullable: true, resolve: ({ pending }) => pending }),
      refusal: t.field({ type: shared.QueryRefused, nullable: true, resolve: ({ refusal }) => refusal }),
      totals: t.field({ type: [Total], resolve: ({ totals }) => totals }),
      totalCount: t.int({
        nullable: true,
        description: "How many rows there are on all pages; counted only when it is selected.",
        resolve: ({ totalCount }) => totalCount,
      }),
      pageInfo: t.field({ type: shared.PageInfo, resolve: ({ pageInfo }) => pageInfo }),
      provenance: t.field({
        type: shared.Provenance,
        nullable: true,
        description: "null when there are no rows: nothing ran, or it has not ended.",
        resolve: ({ provenance }) => provenance,
      }),
    }),
  });
}
