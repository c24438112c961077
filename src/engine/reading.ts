import type { Catalog, Model, Source } from "../catalog/index.ts";
import type { Expr } from "../expression/index.ts";
import type { Physical, PlanNode, Scan } from "../plan/index.ts";
import { scansIn, sourceKey } from "./cache-rule.ts";

/** What a statement reads of one source. */
export interface Reading {
  readonly source: string;
  /** By column of the source: between which dates its value lies in every row that is read. Others: any. */
  readonly within: ReadonlyMap<string, Span>;
}

/** Dates, both inclusive; null: open. */
export interface Span {
  readonly from: string | null;
  readonly to: string | null;
}

/** Some rows of a source: those whose value of the column lies in the span. */
export interface Part {
  readonly column: string;
  readonly span: Span;
}

/** @param plan As it runs: conditions count where they stand at the source. */
export function readingsOf(plan: PlanNode): readonly Reading[] {
  return scansIn(plan).map((scan) => ({ source: sourceKey(scan.source), within: spansIn(scan) }));
}

/** Whether a row of the part may be among those that are read. */
export function touches({ column, span }: Part, { within }: Reading): boolean {
  const read = within.get(column);
  if (!read) return true;
  const isBefore = (a: string | null, b: string | null): boolean => a !== null && b !== null && a < b;
  return !isBefore(span.to, read.from) && !isBefore(read.to, span.from);
}

/**
 * The part of a source that goes by a name: `2026-11-20`, `202611`, `2026` of the column that its models say their
 * partitions are by, or `ordered_on=2026-11-20`, which names the column.
 *
 * @returns null: that cannot be told, so that it is all of it
 */
export function partOf({ models }: Catalog, source: Source, name: string): Part | null {
  const [, named = null, date = ""] = /^(?:([^=]+)=)?(.*)$/s.exec(name) ?? [];
  const span = spanOf(date);
  const own = [...models.values()].filter((model) => sourceKey(model.source) === sourceKey(source));
  const isElsewhere = own.length > 0 && own.every((model) => model.columns?.has(named ?? "") === false);
  if (named !== null && isElsewhere) return null;
  const columns = named === null ? [...new Set(own.flatMap(partitionColumns))] : [named];
  const [column, another] = columns;
  return span && column !== undefined && another === undefined ? { column, span } : null;
}

/** Columns of the times that are declared as partitions; one that is computed is no column to compare with. */
function partitionColumns({ dimensions }: Model): readonly string[] {
  return [...dimensions.values()].flatMap(({ kind, isPartition, value }) => {
    if (!isPartition || kind !== "time") return [];
    return value.kind === "expr" && value.expr.kind === "ref" ? [value.expr.ref] : [];
  });
}

/** Of a year, a month, a day or an hour, as warehouses write them. */
function spanOf(text: string): Span | null {
  const found = /^(\d{4})(?:-?(0[1-9]|1[0-2])(?:-?(0[1-9]|[12]\d|3[01])(?:[T -]?\d\d(?::?\d\d)*)?)?)?$/.exec(text);
  if (!found) return null;
  const [, year = "", month, day] = found;
  // The 31st of February is some other day: which, nobody can tell.
  if (day !== undefined && new Date(`${year}-${month}-${day}`).getUTCDate() !== Number(day)) return null;
  // As text, whatever the month: no date lies between its last day and the 31st.
  return { from: `${year}-${month ?? "01"}-${day ?? "01"}`, to: `${year}-${month ?? "12"}-${day ?? "31"}` };
}

function spansIn({ where, types }: Scan): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  for (const condition of where) {
    const bound = boundIn(condition);
    if (!bound) continue;
    const { column, fn, date } = bound;
    // Another zone moves a moment by a day, on each side.
    const margin = types?.[column] === "date" ? 0 : 2;
    const { from, to } = spans.get(column) ?? { from: null, to: null };
    spans.set(column, {
      from: fn.startsWith("<") ? from : latest(from, moved(date, -margin)),
      to: fn.startsWith(">") ? to : earliest(to, moved(date, margin)),
    });
  }
  return spans;
}

interface Bound {
  readonly column: string;
  readonly fn: string;
  readonly date: string;
}

const BOUNDS: ReadonlySet<string> = new Set([">=", ">", "=", "<=", "<"]);

/** A comparison of a bare column with a time; null: it is something else, and bounds nothing here. */
function boundIn(condition: Expr<Physical>): Bound | null {
  if (condition.kind !== "call" || !BOUNDS.has(condition.fn)) return null;
  const [left, right] = condition.args;
  if (left?.kind !== "ref" || left.ref.kind !== "column" || !right) return null;
  const time = right.kind === "call" && right.fn === "from_zone" ? right.args[0] : right;
  if (time?.kind !== "literal" || typeof time.value !== "string") return null;
  const [, date, rest = ""] = /^(\d{4}-\d\d-\d\d)(.*)$/.exec(time.value) ?? [];
  if (date === undefined || Number.isNaN(Date.parse(date))) return null;
  // Before a day begins is until the day before.
  const isDay = rest === "" && condition.fn === "<";
  return { column: left.ref.name, fn: condition.fn, date: isDay ? moved(date, -1) : date };
}

const DAY_MS = 86_400_000;

function moved(date: string, days: number): string {
  if (days === 0) return date;
  const at = Date.parse(date) + days * DAY_MS;
  // As text, years of more digits do not come after the others.
  return new Date(Math.min(Math.max(at, FIRST), LAST)).toISOString().slice(0, 10);
}

const FIRST = Date.parse("0000-01-01");
const LAST = Date.parse("9999-12-31");

function latest(a: string | null, b: string): string {
  return a !== null && a > b ? a : b;
}

function earliest(a: string | null, b: string): string {
  return a !== null && a < b ? a : b;
}
