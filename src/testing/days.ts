import type { Calendar } from "../catalog/index.ts";
import { compareGrains } from "../expression/index.ts";
import type { Given } from "./fixture.ts";

/**
 * A calendar around the times that a test mentions, as a SELECT in DuckDB's dialect. Of days and longer periods: from the
 * year before the first to the year after the last; of hours and shorter ones: from the day before to the day after.
 * Empty where the test mentions no time.
 */
export function generatedDays({ column, grain }: Calendar, test: Given): string {
  const days = daysOf(test);
  const [first, last] = [days[0], days.at(-1)];
  const isLong = compareGrains(grain, "day") >= 0;
  const name = `"${column.replaceAll('"', '""')}"`;
  const type = isLong ? "DATE" : "TIMESTAMP";
  if (first === undefined || last === undefined) return `SELECT CAST(NULL AS ${type}) AS ${name} WHERE FALSE`;
  const [start, end] = isLong
    ? [`${yearOf(first) - 1}-01-01`, `${yearOf(last) + 2}-01-01`]
    : [dayAfter(first, -1), dayAfter(last, 2)];
  const from = `date_trunc('${grain}', TIMESTAMP '${start}')`;
  return `SELECT CAST(t AS ${type}) AS ${name} FROM range(${from}, TIMESTAMP '${end}', INTERVAL '1 ${grain}') AS periods(t)`;
}

/** Every day in the rows and the range of the question, in order. */
function daysOf({ given, ask }: Given): readonly string[] {
  const cells = [...given.values()].flat().flatMap((row) => [...row.values()]);
  const range: unknown = ask["timeRange"];
  const ends: readonly unknown[] = typeof range === "object" && range !== null ? Object.values(range) : [];
  return [...cells, ...ends]
    .flatMap((value) => (typeof value === "string" ? (/^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(value)?.[0] ?? []) : []))
    .sort();
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
