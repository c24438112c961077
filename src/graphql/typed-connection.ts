import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLObjectType,
  type GraphQLScalarType,
  GraphQLString,
} from "graphql";
import { type BuiltTypes, listOf, some } from "./built-types.ts";
import type { Context } from "./context.ts";
import type { FilterTypes } from "./filter-types.ts";
import { resolverOf } from "./leaf/reader.ts";
import { metricReader } from "./typed-cell.ts";
import { DEFAULT_INNER } from "./typed-frames.ts";
import type { TypedInputs } from "./typed-inputs.ts";
import { keyType } from "./typed-key.ts";
import type { TypedMetric, TypedModel } from "./typed-model.ts";
import { argumentsKey } from "./typed-plan.ts";
import { rowId, rowsWithin, type TypedPage, type TypedRow } from "./typed-rows.ts";
import type { MetricArguments } from "./typed-use.ts";

/** The parts of the schema that every typed field uses. */
export interface TypedFieldParts {
  readonly built: BuiltTypes;
  readonly filters: FilterTypes;
}

type RowType = GraphQLObjectType<TypedRow, Context>;

interface EdgeAt {
  readonly page: TypedPage;
  readonly at: number;
}

/** Of graphql-js at once: the tens of thousands of fields and arguments of large catalogs take a builder a second. */
export function connectionType(
  { built }: TypedFieldParts,
  model: TypedModel,
  inputs: TypedInputs,
  Row: RowType,
): GraphQLObjectType<TypedPage, Context> {
  const Edge = new GraphQLObjectType<EdgeAt, Context>({
    name: `${model.type}Edge`,
    fields: {
      cursor: { type: some(GraphQLString), resolve: ({ page, at }) => page.cursors[at] ?? "" },
      node: { type: some(Row), resolve: ({ page, at }) => rowAt(page, at) },
    },
  });
  return new GraphQLObjectType({
    name: `${model.type}Connection`,
    fields: {
      nodes: { type: some(listOf(Row)), resolve: ({ rows }) => rows },
      edges: { type: some(listOf(Edge)), resolve: (page) => page.rows.map((_, at) => ({ page, at })) },
      totals: {
        type: some(listOf(Row)),
        description:
          "Over every row that `where` and `timeRange` keep, evaluated by the warehouse at their own groups: `having`, `top` and paging do not touch them.",
        args: { by: { type: listOf(inputs.Group), defaultValue: [] } },
        resolve: ({ totals }, args: object) => totals.get(argumentsKey(args)) ?? [],
      },
      totalCount: {
        type: some(GraphQLInt),
        description: "Rows on all pages, `isOther` ones not counted. Counted only where it is selected.",
        resolve: ({ totalCount }) => totalCount ?? 0,
      },
      pageInfo: { type: some(built.PageInfo), resolve: pageInfoOf },
      provenance: { type: some(built.Provenance), resolve: (page) => page.provenance },
    },
  });
}

export function rowType(parts: TypedFieldParts, model: TypedModel, inputs: TypedInputs): RowType {
  const { built } = parts;
  const args = {
    shift: { type: built.Shift },
    calc: { type: built.Calc, defaultValue: "value" },
    within: { type: listOf(inputs.Group) },
    where: { type: inputs.Filter },
    numbers: { type: built.Numbers },
  };
  const Key = keyType(parts, model);
  const Row: RowType = new GraphQLObjectType({
    name: `${model.type}Row`,
    description: "One group. Its id stands for these values: the same id, the same row.",
    fields: () => ({
      id: { type: some(GraphQLID), resolve: rowId },
      key: { type: some(Key), resolve: (row) => row },
      isOther: {
        type: some(GraphQLBoolean),
        description: "Whether it is all that `top` leaves out. Its key holds what the top ranks within.",
        resolve: ({ view }) => view.isRest,
      },
      suppressed: {
        type: some(listOf(inputs.Metric)),
        description:
          "Metrics that are null in totals, in breakdowns and in the rest of a top, selected or not: policy hides their small groups, and beside the groups that are shown these values would tell of those. A group of its own that is too small looks like one without values.",
        resolve: ({ view }, _, { frames }) => (view.frame.isBesideOthers ? frames.hiding(view.frame) : []),
      },
      ...Object.fromEntries(
        model.metrics.map((metric) => [
          metric.field,
          {
            type: scalarOf(metric, built),
            description: metric.description,
            deprecationReason: metric.deprecationReason,
            args,
            resolve: resolverOf((asked: MetricArguments) => metricReader(metric, asked)),
          },
        ]),
      ),
      breakdown: {
        type: some(listOf(Row)),
        description:
          "The rows inside this one by more groups, their keys included; a share or rank is within this row.",
        args: {
          groupBy: { type: some(listOf(inputs.Group)) },
          top: { type: inputs.Top },
          first: { type: GraphQLInt, defaultValue: DEFAULT_INNER, description: "So many for each row." },
        },
        resolve: (row, asked: object) => rowsWithin(row, argumentsKey(asked)),
      },
    }),
  });
  return Row;
}

function scalarOf({ type }: TypedMetric, { BigInt, Decimal, Timestamp }: BuiltTypes): GraphQLScalarType {
  switch (type) {
    case "int":
      return BigInt;
    case "decimal":
      return Decimal;
    case "float":
      return GraphQLFloat;
    case "time":
      return Timestamp;
    case "boolean":
      return GraphQLBoolean;
    case "string":
      return GraphQLString;
  }
}

function rowAt(page: TypedPage, at: number): TypedRow {
  const row = page.rows[at];
  if (!row) throw new Error("An edge stands beyond its page");
  return row;
}

function pageInfoOf({ hasNextPage, frame, cursors }: TypedPage) {
  return {
    hasNextPage,
    hasPreviousPage: frame.isLaterPage,
    startCursor: cursors[0] ?? null,
    endCursor: cursors.at(-1) ?? null,
  };
}
