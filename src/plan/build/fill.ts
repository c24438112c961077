import { Refusal } from "../../diagnostics/index.ts";
import type { Expr } from "../../expression/index.ts";
import { call, int, ref } from "../../expression/index.ts";
import type { Access } from "../../policy/index.ts";
import type { GroupBy, ResolvedFill, ResolvedMetric } from "../../request/index.ts";
import { inRange } from "../lower.ts";
import type { Column, PlanNode } from "../node.ts";
import { columnsOf } from "../node.ts";
import { calendarScan } from "./calendar.ts";
import type { PlanContext } from "./context.ts";
import { filtered, joinOf } from "./rows.ts";
import { asTheyAre, distinct } from "./steps.ts";
import { fillFor } from "./stitch.ts";

export interface Filling {
  readonly rows: PlanNode;
  /** Which of them are there without being filled in; null: all. */
  readonly hasRows: Expr<string> | null;
  readonly fill: ResolvedFill;
}

/**
 * A row for each period of the calendar and each combination of the other groups.
 *
 *   filter has rows or is filled
 *     combine on month, region
 *       rows
 *       cross join: is filled
 *         distinct region of rows that are there
 *         months of the calendar, within the range or else the months of rows that are there
 *
 * A period without rows of its own may have a value all the same: that of a period before.
 */
export function withEveryPeriod(
  context: Omit<PlanContext, "access">,
  { rows, hasRows, fill: { times, calendar, range } }: Filling,
  groups: readonly GroupBy[],
  columns: readonly { readonly name: string; readonly of: ResolvedMetric; readonly access: Access }[],
): PlanNode {
  if (groups.some(({ key, type }) => type === "timestamptz" && times.some((time) => time.key === key))) {
    throw new Refusal("NOT_SUPPORTED", "Hours of a zone cannot be filled; fill by day or coarser.", {
      path: ["groupBy"],
    });
  }
  const keys = [...new Set(groups.map(({ key }) => key))];
  const timeKeys = [...new Set(times.map(({ key }) => key))];
  const others = keys.filter((key) => !timeKeys.includes(key));
  const day = context.names.of(`calendar ${calendar.name}`, calendar.column);
  const scan = calendarScan(calendar, times, [
    { name: day, expr: ref({ kind: "column", name: calendar.column }), type: "unknown" },
  ]);
  const inside = filtered(scan, range ? inRange<string>(ref(day), "unknown", range, context.timeZone) : []);
  const periods = distinct(inside, timeKeys);
  const isOpen = !range || range.start === null || range.end === null;
  const there = filtered(rows, hasRows ? [hasRows] : []);
  const known = isOpen ? betweenRows(context, periods, there, times, range) : periods;
  const grid = others.length === 0 ? known : joinOf("cross", distinct(there, others), known, [], null);
  const stitched = hasRows ? thereOrFilled(context, rows, hasRows, grid, keys) : combined(rows, grid, keys);
  const fills = new Map(
    columns.flatMap(({ name, of, access }) => {
      const fill = fillFor(of, access);
      return fill === null ? [] : [[name, fill] as const];
    }),
  );
  if (fills.size === 0) return stitched;
  return {
    kind: "project",
    input: stitched,
    columns: columnsOf(stitched).map(({ name, type }): Column<string> => {
      const fill = fills.get(name);
      return { name, type, expr: fill === undefined ? ref(name) : call("coalesce", ref(name), int(fill)) };
    }),
  };
}

function combined(rows: PlanNode, grid: PlanNode, keys: readonly string[]): PlanNode {
  return { kind: "combine", branches: [rows, grid], keys };
}

function thereOrFilled(
  { names }: Omit<PlanContext, "access">,
  rows: PlanNode,
  hasRows: Expr<string>,
  grid: PlanNode,
  keys: readonly string[],
): PlanNode {
  const mark = names.of("mark of filled periods", "is_filled");
  const own = asTheyAre(grid);
  const marked: PlanNode = {
    kind: "project",
    input: grid,
    columns: [...own, { name: mark, expr: int(1), type: "int" }],
  };
  const kept = filtered(combined(rows, marked, keys), [call("or", hasRows, call("is_not_null", ref(mark)))]);
  const shown = asTheyAre(rows);
  return { kind: "project", input: kept, columns: shown };
}

/** The periods from the first to the last that a row has, where the range leaves an end open. */
function betweenRows(
  context: Omit<PlanContext, "access">,
  periods: PlanNode,
  rows: PlanNode,
  times: ResolvedFill["times"],
  range: ResolvedFill["range"],
): PlanNode {
  const bounded = [...new Set(times.filter(({ cut }) => cut.kind !== "part").map(({ key }) => key))];
  const types = new Map(columnsOf(rows).map(({ name, type }) => [name, type]));
  const first = (key: string): string => context.names.of(`first ${key}`, `first_${key}`);
  const last = (key: string): string => context.names.of(`last ${key}`, `last_${key}`);
  const end = (aggregation: "min" | "max", name: string, key: string) =>
    ({ name, aggregation, arg: ref(key), percentile: null, filter: null, type: types.get(key) ?? "unknown" }) as const;
  const ends: PlanNode = {
    kind: "aggregate",
    input: rows,
    keys: [],
    measures: bounded.flatMap((key) => [end("min", first(key), key), end("max", last(key), key)]),
  };
  const beside = joinOf("cross", periods, ends, [], null);
  const conditions = bounded.flatMap((key): readonly Expr<string>[] => [
    ...(range?.start ? [] : [call(">=", ref<string>(key), ref(first(key)))]),
    ...(range?.end ? [] : [call("<=", ref<string>(key), ref(last(key)))]),
  ]);
  const own = asTheyAre(periods);
  return { kind: "project", input: filtered(beside, conditions), columns: own };
}
