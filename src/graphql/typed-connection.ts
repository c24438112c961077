import type { Catalog } from "../catalog/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import { deprecationOf, describeMetric } from "./describe.ts";
import type { FilterTypes } from "./filter-types.ts";
import { resolverOf } from "./leaf/reader.ts";
import type { ProvenanceType } from "./provenance.ts";
import type { timeBucketType } from "./typed-bucket.ts";
import { metricReader } from "./typed-cell.ts";
import { DEFAULT_INNER } from "./typed-frames.ts";
import type { typedInputs } from "./typed-inputs.ts";
import { keyType } from "./typed-key.ts";
import type { TypedMetric, TypedModel } from "./typed-model.ts";
import { argumentsKey } from "./typed-plan.ts";
import { rowId, rowsWithin, type TypedPage, type TypedRow } from "./typed-rows.ts";
import type { MetricArguments } from "./typed-use.ts";

/** The parts of the schema that every typed field uses. */
export interface TypedFieldParts {
  readonly builder: Builder;
  readonly catalog: Catalog;
  readonly shared: SharedTypes & { readonly TimeBucket: ReturnType<typeof timeBucketType> };
  readonly filters: FilterTypes;
  readonly provenance: ProvenanceType;
}

type Inputs = ReturnType<typeof typedInputs>;
type RowType = ReturnType<typeof rowType>;

interface EdgeAt {
  readonly page: TypedPage;
  readonly at: number;
}

export function connectionType(
  { builder, shared, provenance }: TypedFieldParts,
  model: TypedModel,
  inputs: Inputs,
  Row: RowType,
) {
  const Edge = builder.objectRef<EdgeAt>(`${model.type}Edge`).implement({
    fields: (t) => ({
      cursor: t.string({ resolve: ({ page, at }) => page.cursors[at] ?? "" }),
      node: t.field({ type: Row, resolve: ({ page, at }) => rowAt(page, at) }),
    }),
  });
  return builder.objectRef<TypedPage>(`${model.type}Connection`).implement({
    fields: (t) => ({
      nodes: t.field({ type: [Row], resolve: ({ rows }) => rows }),
      edges: t.field({ type: [Edge], resolve: (page) => page.rows.map((_, at) => ({ page, at })) }),
      totals: t.field({
        type: [Row],
        description:
          "Over every row that `where` and `timeRange` keep, evaluated by the warehouse at their own groups: `having`, `top` and paging do not touch them.",
        args: { by: t.arg({ type: [inputs.Group], defaultValue: [] }) },
        resolve: ({ totals }, args) => totals.get(argumentsKey(args)) ?? [],
      }),
      totalCount: t.int({
        description: "Rows on all pages, `isOther` ones not counted. Counted only where it is selected.",
        resolve: ({ totalCount }) => totalCount ?? 0,
      }),
      pageInfo: t.field({ type: shared.PageInfo, resolve: pageInfoOf }),
      provenance: t.field({ type: provenance, resolve: (page) => page.provenance }),
    }),
  });
}

export function rowType(parts: TypedFieldParts, model: TypedModel, inputs: Inputs) {
  const { builder, catalog, shared } = parts;
  const Key = keyType(parts, model);
  const Row = builder.objectRef<TypedRow>(`${model.type}Row`);
  return Row.implement({
    description: "One group. Its id stands for these values: the same id, the same row.",
    fields: (t) => {
      const metricArguments = {
        shift: t.arg({ type: shared.Shift }),
        calc: t.arg({ type: shared.Calc, defaultValue: "value" }),
        within: t.arg({ type: [inputs.Group] }),
        where: t.arg({ type: inputs.Filter }),
        numbers: t.arg({ type: shared.Numbers }),
      };
      return {
        id: t.id({ resolve: rowId }),
        key: t.field({ type: Key, resolve: (row) => row }),
        isOther: t.boolean({
          description: "Whether it is all that `top` leaves out. Its key holds what the top ranks within.",
          resolve: ({ view }) => view.isRest,
        }),
        suppressed: t.field({
          type: [inputs.Metric],
          description:
            "Metrics that are null in totals, in breakdowns and in the rest of a top, selected or not: policy hides their small groups, and beside the groups that are shown these values would tell of those. A group of its own that is too small looks like one without values.",
          resolve: ({ view }, _, { frames }) => (view.frame.isBesideOthers ? frames.hiding(view.frame) : []),
        }),
        ...Object.fromEntries(
          model.metrics.map((metric) => [
            metric.field,
            t.field({
              type: scalarOf(metric),
              nullable: true,
              description: describeMetric(catalog, metric.metric),
              ...deprecated(metric),
              args: metricArguments,
              resolve: resolverOf((args: MetricArguments) => metricReader(metric, args)),
            }),
          ]),
        ),
        breakdown: t.field({
          type: [Row],
          description:
            "The rows inside this one by more groups, their keys included; a share or rank is within this row.",
          args: {
            groupBy: t.arg({ type: [inputs.Group], required: true }),
            top: t.arg({ type: inputs.Top }),
            first: t.arg.int({ defaultValue: DEFAULT_INNER, description: "So many for each row." }),
          },
          resolve: (row, args) => rowsWithin(row, argumentsKey(args)),
        }),
      };
    },
  });
}

function deprecated({ metric }: TypedMetric): { deprecationReason?: string } {
  const deprecationReason = deprecationOf(metric);
  return deprecationReason === undefined ? {} : { deprecationReason };
}

function scalarOf({ type }: TypedMetric) {
  switch (type) {
    case "int":
      return "BigInt";
    case "decimal":
      return "Decimal";
    case "float":
      return "Float";
    case "time":
      return "Timestamp";
    case "boolean":
      return "Boolean";
    case "string":
      return "String";
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
