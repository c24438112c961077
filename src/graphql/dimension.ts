import type { GroupByOption } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { printFilterConstant, type ScalarType } from "../expression/index.ts";
import { assertNever } from "../std/index.ts";
import type { CellType } from "../warehouse/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import type { Context } from "./context.ts";
import { refusalError } from "./errors.ts";

export type DimensionType = ReturnType<typeof dimensionType>;
export type ColumnTypeRef = ReturnType<typeof columnType>;

const CELL_TYPES = [
  "STRING",
  "INT",
  "DECIMAL",
  "FLOAT",
  "BOOLEAN",
  "DATE",
  "TIMESTAMP",
] as const satisfies readonly CellType[];
const MAX_VALUES = 1_000;

export function columnType(builder: Builder) {
  return builder.enumType("ColumnType", { values: CELL_TYPES });
}

/** Something to group by, under the name that queries use. Its values are an ordinary query, capped like one. */
export function dimensionType(builder: Builder, { Grain }: SharedTypes, ColumnType: ColumnTypeRef) {
  const Kind = builder.enumType("DimensionKind", {
    values: { METRIC_TIME: { value: "metric_time" }, DIMENSION: { value: "dimension" }, ENTITY: { value: "entity" } },
  });
  return builder.objectRef<GroupByOption>("Dimension").implement({
    description: "Something that metrics can be grouped by and filtered on.",
    fields: (t) => ({
      name: t.exposeString("name", { description: "What `groupBy` and `where` call it." }),
      kind: t.field({ type: Kind, resolve: ({ kind }) => kind }),
      label: t.exposeString("label"),
      description: t.exposeString("description", { nullable: true }),
      type: t.field({
        type: ColumnType,
        nullable: true,
        description: "null where no definition says it.",
        resolve: ({ type }) => columnTypeOf(type),
      }),
      grains: t.field({
        type: [Grain],
        description: "How it can be cut, finest first; empty when it is no time.",
        resolve: ({ grains }) => grains,
      }),
      semanticType: t.exposeString("semanticType", {
        nullable: true,
        description: "What its texts name, as the definition says it: `country_code`, `city`, `url`, …",
      }),
      declaredValues: t.stringList({ nullable: true, resolve: ({ values }) => values }),
      values: t.field({
        type: ["String"],
        nullable: { list: true, items: true },
        description: "The distinct values that occur, in order; NULL is null. Times by their declared grain.",
        args: { first: t.arg.int({ defaultValue: 50, required: true }), startingWith: t.arg.string() },
        resolve: (option, { first, startingWith }, context) => valuesOf(context, option, first, startingWith ?? null),
      }),
    }),
  });
}

async function valuesOf(
  { engine, principal, signal }: Context,
  { name, type }: GroupByOption,
  first: number,
  startingWith: string | null,
): Promise<readonly (string | null)[]> {
  try {
    if (first < 0 || first > MAX_VALUES) {
      throw new Refusal("INVALID_LIMIT", `values lists from 0 to ${MAX_VALUES} values; narrow them with startingWith.`);
    }
    const text = type === "string" ? name : `cast(${name} as text)`;
    const where = startingWith === null ? [] : [`starts_with(${text}, ${printFilterConstant("string", startingWith)})`];
    const request = { groupBy: [{ name }], where, limit: first };
    const { rows } = await engine.query(request, principal, { signal });
    return rows.map(([cell]) => (cell === null || cell === undefined ? null : String(cell)));
  } catch (error) {
    throw error instanceof Refusal ? refusalError(error) : error;
  }
}

function columnTypeOf(type: ScalarType): CellType | null {
  switch (type) {
    case "string":
      return "STRING";
    case "int":
      return "INT";
    case "decimal":
      return "DECIMAL";
    case "float":
      return "FLOAT";
    case "boolean":
      return "BOOLEAN";
    case "date":
      return "DATE";
    case "timestamp":
    case "timestamptz":
      return "TIMESTAMP";
    case "interval":
    case "unknown":
      return null;
    default:
      return assertNever(type);
  }
}
