import { Refusal } from "../diagnostics/index.ts";
import { sha256 } from "../std/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import { cursorAt } from "./cursor.ts";
import { deprecationOf, describeMetric } from "./describe.ts";
import type { RefusedQuestion } from "./errors.ts";
import { refusedQuestion } from "./errors.ts";
import type { FilterTypes } from "./filter-types.ts";
import { frameOf } from "./frame.ts";
import type { FrameAnswer, TypedRow } from "./loader.ts";
import type { ProvenanceType } from "./provenance.ts";
import { selectedFields } from "./selection.ts";
import { metricCell } from "./typed-cell.ts";
import { typedInputs } from "./typed-inputs.ts";
import type { timeBucketType } from "./typed-key.ts";
import { keyType } from "./typed-key.ts";
import type { TypedMetric, TypedModel } from "./typed-model.ts";

/** The parts of the schema that every typed field uses. */
export interface TypedFieldParts {
  readonly builder: Builder;
  readonly shared: SharedTypes & { readonly TimeBucket: ReturnType<typeof timeBucketType> };
  readonly filters: FilterTypes;
  readonly provenance: ProvenanceType;
}

/**
 * Adds the root field of one model: `orders(groupBy: …): OrdersResult!`, with typed rows.
 *
 * Values and rows depend on the arguments only. The rows are the groups in which the model has rows (`rowsOf`), so
 * selecting a metric neither adds nor drops one; what is selected only decides which metrics are computed.
 */
export function addTypedField(parts: TypedFieldParts, model: TypedModel): void {
  const { builder, shared } = parts;
  const Row = rowType(parts, model);
  const Connection = connectionType(parts, model, Row);
  const Result = builder.unionType(`${model.type}Result`, {
    types: [Connection, shared.QueryRefused],
    resolveType: (result: FrameAnswer | RefusedQuestion) => ("code" in result ? shared.QueryRefused : Connection),
  });
  const inputs = typedInputs(parts, model);
  builder.queryField(model.field, (t) =>
    t.field({
      type: Result,
      description: `${model.model.label}: the metrics of the model ${model.model.name}, by group.${model.model.description ? `\n\n${model.model.description}` : ""}`,
      args: {
        groupBy: t.arg({ type: [inputs.Group], defaultValue: [], required: true }),
        where: t.arg({ type: inputs.Filter }),
        having: t.arg({ type: inputs.Having }),
        timeRange: t.arg({ type: shared.TimeRange }),
        orderBy: t.arg({ type: [inputs.Order] }),
        first: t.arg.int({ defaultValue: 100, required: true }),
        after: t.arg.string(),
      },
      resolve: async (_, args, context, info): Promise<FrameAnswer | RefusedQuestion> => {
        try {
          const frame = frameOf(context.engine.catalog, model, args, context.principal);
          const on = `${model.type}Connection`;
          const fields = new Set([
            ...selectedFields(info, on, ["nodes"]),
            ...selectedFields(info, on, ["edges", "node"]),
          ]);
          const metrics = model.metrics.filter(({ field }) => fields.has(field)).map(({ metric }) => metric.name);
          return await context.frames.load(frame, metrics);
        } catch (error) {
          if (error instanceof Refusal) return refusedQuestion(error);
          throw error;
        }
      },
    }),
  );
}

type RowType = ReturnType<typeof rowType>;

function connectionType({ builder, shared, provenance }: TypedFieldParts, model: TypedModel, Row: RowType) {
  const Edge = builder.objectRef<TypedRow>(`${model.type}Edge`).implement({
    fields: (t) => ({
      cursor: t.string({ resolve: ({ of, index }) => cursorAt(of.frame.digest, of.frame.offset + index + 1) }),
      node: t.field({ type: Row, resolve: (row) => row }),
    }),
  });
  return builder.objectRef<FrameAnswer>(`${model.type}Connection`).implement({
    fields: (t) => ({
      nodes: t.field({ type: [Row], resolve: rowsOf }),
      edges: t.field({ type: [Edge], resolve: rowsOf }),
      pageInfo: t.field({ type: shared.PageInfo, resolve: pageInfoOf }),
      provenance: t.field({ type: provenance, resolve: ({ answer }) => answer.provenance }),
    }),
  });
}

function rowType(parts: TypedFieldParts, model: TypedModel) {
  const { builder } = parts;
  const Key = keyType(parts, model);
  return builder.objectRef<TypedRow>(`${model.type}Row`).implement({
    description: "One group. Its id stands for these values: the same id, the same row.",
    fields: (t) => ({
      id: t.id({ resolve: rowId }),
      key: t.field({ type: Key, resolve: (row) => row }),
      ...Object.fromEntries(
        model.metrics.map((metric) => [
          metric.field,
          t.field({
            type: scalarOf(metric),
            nullable: true,
            description: describeMetric(metric.metric),
            ...deprecated(metric),
            resolve: (row) => metricCell(row, metric),
          }),
        ]),
      ),
    }),
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

function rowsOf(of: FrameAnswer): readonly TypedRow[] {
  return of.answer.rows.map((cells, index) => ({ of, index, cells }));
}

function pageInfoOf({ frame, answer }: FrameAnswer) {
  const count = answer.rows.length;
  return {
    hasNextPage: answer.hasNextPage,
    hasPreviousPage: frame.offset > 0,
    startCursor: count > 0 ? cursorAt(frame.digest, frame.offset + 1) : null,
    endCursor: count > 0 ? cursorAt(frame.digest, frame.offset + count) : null,
  };
}

function rowId({ of, cells }: TypedRow): string {
  const key = JSON.stringify(cells.slice(0, of.frame.groups.length));
  return Buffer.from(sha256(`${of.frame.identity} ${key}`), "hex")
    .subarray(0, 18)
    .toString("base64url");
}
