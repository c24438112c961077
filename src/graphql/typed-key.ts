import { GraphQLBoolean, GraphQLFloat, GraphQLObjectType, type GraphQLScalarType, GraphQLString } from "graphql";
import type { Catalog } from "../catalog/index.ts";
import type { Cell } from "../warehouse/index.ts";
import type { BuiltTypes } from "./built-types.ts";
import type { Context } from "./context.ts";
import { userError } from "./errors.ts";
import type { FilterTypes } from "./filter-types.ts";
import { resolverOf } from "./leaf/reader.ts";
import { coverOf } from "./periods.ts";
import type { Bucket } from "./typed-bucket.ts";
import { forLast, groupReader } from "./typed-cell.ts";
import type { Maybe } from "./typed-groups.ts";
import type { TypedDimension, TypedModel, TypedTime } from "./typed-model.ts";
import type { RowsView, TypedRow } from "./typed-rows.ts";

interface Parts {
  readonly built: BuiltTypes;
  readonly filters: FilterTypes;
}

/** The group of a row: one field for everything it can be grouped by. */
export function keyType({ built, filters }: Parts, model: TypedModel): GraphQLObjectType<TypedRow, Context> {
  const grain = { type: built.Grain, description: "Which one, where the rows are grouped by several." };
  return new GraphQLObjectType({
    name: `${model.type}Key`,
    description: "The group of a row. Only what `groupBy` names has a value; anything else is an error at its place.",
    fields: {
      ...Object.fromEntries(
        model.dimensions.map((dimension) => [
          dimension.key,
          {
            type: dimension.values ? filters.valueEnum(dimension.values) : scalarOf(dimension, built),
            description: describe(dimension),
            resolve: resolverOf(() => dimensionReader(dimension)),
          },
        ]),
      ),
      ...Object.fromEntries(
        model.times.map((time) => [
          time.key,
          {
            type: built.TimeBucket,
            description: describe(time),
            args: { grain },
            resolve: resolverOf((args: { readonly grain?: Maybe<string> }, { engine }: Context) =>
              timeReader(time, args.grain ?? null, engine.catalog),
            ),
          },
        ]),
      ),
    },
  });
}

function scalarOf({ type }: TypedDimension, { BigInt, Decimal }: BuiltTypes): GraphQLScalarType {
  switch (type) {
    case "int":
      return BigInt;
    case "decimal":
      return Decimal;
    case "float":
      return GraphQLFloat;
    case "boolean":
      return GraphQLBoolean;
    case "time":
    case "string":
      return GraphQLString;
  }
}

function dimensionReader({ option, values }: TypedDimension): (row: TypedRow) => Cell {
  const declared: ReadonlySet<Cell> | null = values && new Set(values.values.values());
  const placeIn = groupReader(option.name, () => true);
  return (row) => {
    const at = placeIn(row);
    const cell = at === null ? null : (row.cells[at.place] ?? null);
    if (cell === null || !declared || declared.has(cell)) return cell;
    throw userError(
      "UNDECLARED_VALUE",
      `A value of "${option.name}" is not among those its definition declares. Add it there, or group by it in the field query.`,
    );
  };
}

/** One object for a period, so that rows of the same have its text in common. */
function timeReader({ option }: TypedTime, asked: string | null, catalog: Catalog): (row: TypedRow) => Bucket | null {
  const placeIn = groupReader(option.name, (group) => asked === null || group.grain === asked);
  const bucketsIn = forLast((_: RowsView) => new Map<string, Bucket>());
  const coveredIn = forLast(({ frame }: RowsView) => ({
    range: option.kind === "metric_time" ? coverOf(catalog, frame.basis.request.timeRange) : null,
  }));
  return (row) => {
    const at = placeIn(row);
    const start = at && row.cells[at.place];
    if (typeof start !== "string") return null;
    const buckets = bucketsIn(row.view);
    const known = buckets.get(start);
    if (known) return known;
    const { frame, periods } = row.view;
    const grain = at?.group.grain ?? "";
    const timeZone = frame.basis.request.timeZone ?? catalog.timeZone;
    const covered = coveredIn(row.view).range;
    const bucket = { start, grain, timeZone, periods: periods.get(grain) ?? [], covered };
    buckets.set(start, bucket);
    return bucket;
  };
}

function describe({ option }: TypedDimension | TypedTime): string {
  return [`${option.label}: \`${option.name}\`.`, ...(option.description ? [option.description] : [])].join(" ");
}
