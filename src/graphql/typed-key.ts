import type { Cell } from "../warehouse/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import { userError } from "./errors.ts";
import type { FilterTypes } from "./filter-types.ts";
import type { TypedRow } from "./loader.ts";
import { groupPlace } from "./typed-cell.ts";
import type { TypedDimension, TypedModel, TypedTime } from "./typed-model.ts";

/** A period that a time was cut into. */
interface Bucket {
  readonly start: string;
  readonly grain: string;
}

interface Parts {
  readonly builder: Builder;
  readonly shared: SharedTypes & { readonly TimeBucket: ReturnType<typeof timeBucketType> };
  readonly filters: FilterTypes;
}

export function timeBucketType(builder: Builder) {
  return builder.objectRef<Bucket>("TimeBucket").implement({
    description: "A period that a time was cut into.",
    fields: (t) => ({
      start: t.field({ type: "Timestamp", resolve: ({ start }) => start }),
      label: t.string({
        description: "`2026`, `2026-Q1`, `2026-01`, `2026-W05`; finer periods by their start.",
        resolve: bucketLabel,
      }),
    }),
  });
}

/** The group of a row: one field for everything it can be grouped by. */
export function keyType({ builder, shared, filters }: Parts, model: TypedModel) {
  return builder.objectRef<TypedRow>(`${model.type}Key`).implement({
    description: "The group of a row. Only what `groupBy` names has a value; anything else is an error at its place.",
    fields: (t) => ({
      ...Object.fromEntries(
        model.dimensions.map((dimension) => [
          dimension.key,
          t.field({
            type: dimension.values ? filters.valueEnum(dimension.values) : scalarOf(dimension),
            nullable: true,
            description: describe(dimension),
            resolve: (row) => dimensionCell(row, dimension),
          }),
        ]),
      ),
      ...Object.fromEntries(
        model.times.map((time) => [
          time.key,
          t.field({
            type: shared.TimeBucket,
            nullable: true,
            description: describe(time),
            args: {
              grain: t.arg({ type: shared.Grain, description: "Which one, where the rows are grouped by several." }),
            },
            resolve: (row, { grain }) => timeCell(row, time, grain ?? null),
          }),
        ]),
      ),
    }),
  });
}

function scalarOf({ type }: TypedDimension) {
  switch (type) {
    case "int":
      return "BigInt";
    case "decimal":
      return "Decimal";
    case "float":
      return "Float";
    case "boolean":
      return "Boolean";
    case "time":
    case "string":
      return "String";
  }
}

function dimensionCell(row: TypedRow, { option, values }: TypedDimension): Cell {
  const place = groupPlace(row, option.name, () => true);
  const cell = place === null ? null : (row.cells[place] ?? null);
  if (cell === null || !values || [...values.values.values()].some((value) => value === cell)) return cell;
  throw userError(
    "UNDECLARED_VALUE",
    `A value of "${option.name}" is not among those its definition declares. Add it there, or group by it in the field query.`,
  );
}

function timeCell(row: TypedRow, { option }: TypedTime, grain: string | null): Bucket | null {
  const place = groupPlace(row, option.name, (group) => grain === null || group.grain === grain);
  const start = place === null ? null : row.cells[place];
  if (typeof start !== "string") return null;
  return { start, grain: row.of.frame.groups[place ?? 0]?.grain ?? "" };
}

function bucketLabel({ start, grain }: Bucket): string {
  switch (grain) {
    case "year":
      return start.slice(0, 4);
    case "quarter":
      return `${start.slice(0, 4)}-Q${Math.floor((Number(start.slice(5, 7)) + 2) / 3)}`;
    case "month":
      return start.slice(0, 7);
    case "week":
      return isoWeek(start);
    default:
      return start;
  }
}

/** ISO 8601: a week belongs to the year that holds its Thursday. `start` is a Monday. */
function isoWeek(start: string): string {
  const thursday = new Date(Date.parse(start.slice(0, 10)) + 3 * 86_400_000);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000));
  return `${year}-W${String(week).padStart(2, "0")}`;
}

function describe({ option }: TypedDimension | TypedTime): string {
  return [`${option.label}: \`${option.name}\`.`, ...(option.description ? [option.description] : [])].join(" ");
}
