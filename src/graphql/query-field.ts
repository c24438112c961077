import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Answer, AnswerColumn, Provenance } from "../engine/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { parseRequest } from "../request/index.ts";
import type { Row } from "../warehouse/index.ts";
import type { Builder, PageInfo, SharedTypes } from "./builder.ts";
import type { CatalogueTypes } from "./catalogue.ts";
import { metricNode } from "./catalogue.ts";
import type { Context } from "./context.ts";
import type { ColumnTypeRef } from "./dimension.ts";
import type { RefusedQuestion } from "./errors.ts";
import { refusedQuestion } from "./errors.ts";
import type { ProvenanceType } from "./provenance.ts";

/** Either `rows` or `refusal` is set. */
interface QueryResult {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly Row[] | null;
  readonly refusal: RefusedQuestion | null;
  readonly pageInfo: PageInfo;
  readonly provenance: Provenance | null;
}

/** One answer is held in memory; beyond this callers page. */
export const MAX_ROWS = 100_000;

/** Adds `query(input)`: the contract's request and answer, for programs that do not know the model. */
export function addQueryField(
  builder: Builder,
  shared: SharedTypes & { readonly ColumnType: ColumnTypeRef; readonly Provenance: ProvenanceType },
  types: CatalogueTypes,
  catalog: Catalog,
): void {
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
  const Result = builder.objectRef<QueryResult>("MetricQueryResult").implement({
    description: "The answer to a question: `rows`, or the reason why there are none in `refusal`.",
    fields: (t) => ({
      columns: t.field({ type: [Column], resolve: ({ columns }) => columns }),
      rows: t.field({ type: "Rows", nullable: true, resolve: ({ rows }) => rows }),
      refusal: t.field({ type: shared.QueryRefused, nullable: true, resolve: ({ refusal }) => refusal }),
      pageInfo: t.field({ type: shared.PageInfo, resolve: ({ pageInfo }) => pageInfo }),
      provenance: t.field({
        type: shared.Provenance,
        nullable: true,
        description: "null when the question was refused: nothing ran.",
        resolve: ({ provenance }) => provenance,
      }),
    }),
  });
  const Input = inputType(builder, shared);
  builder.queryField("query", (t) =>
    t.field({
      type: Result,
      description: "Any metrics by any groups, as rows without a fixed shape: the stable door for tools.",
      args: { input: t.arg({ type: Input, required: true }) },
      resolve: (_, { input }, context) => ask(context, input),
    }),
  );
}

function inputType(builder: Builder, { Grain, DatePart, Direction, TimeRange }: SharedTypes) {
  const GroupBy = builder.inputType("GroupByInput", {
    fields: (t) => ({
      name: t.string({ required: true, description: "`metric_time`, `entity` or `entity__dimension`." }),
      grain: t.field({ type: Grain }),
      datePart: t.field({ type: DatePart, description: "Instead of a grain." }),
      as: t.string({ description: "Another name for the column." }),
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
      timeRange: t.field({ type: TimeRange }),
      orderBy: t.field({ type: [OrderBy] }),
      limit: t.int(),
      offset: t.int(),
      distinct: t.boolean(),
      minMaxOnly: t.boolean(),
      savedQuery: t.string({ description: "A saved query, which the other fields narrow." }),
    }),
  });
}

async function ask({ engine, principal, signal }: Context, input: unknown): Promise<QueryResult> {
  try {
    const request = parseRequest(input);
    const asked = request.limit ?? engine.catalog.savedQueries.get(request.savedQuery ?? "")?.limit ?? null;
    // The ends of one group-by are one row, and take no limit.
    const limited = request.minMaxOnly ? request : { ...request, limit: Math.min(asked ?? MAX_ROWS, MAX_ROWS) };
    const answer = await engine.query(limited, principal, { signal });
    return answered(request, answer, asked);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    return { columns: [], rows: null, refusal: refusedQuestion(error), pageInfo, provenance: null };
  }
}

function answered(request: QueryRequest, answer: Answer, asked: number | null): QueryResult {
  const { columns, rows, hasNextPage, provenance } = answer;
  const isCut = hasNextPage && (asked ?? Infinity) > MAX_ROWS;
  const warnings = isCut
    ? [...provenance.warnings, `Cut after ${MAX_ROWS} rows; ask for the rest with offset.`]
    : provenance.warnings;
  const pageInfo = { hasNextPage, hasPreviousPage: (request.offset ?? 0) > 0, startCursor: null, endCursor: null };
  return { columns, rows, refusal: null, pageInfo, provenance: { ...provenance, warnings } };
}
