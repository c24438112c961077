import { escaped, table } from "./markup.ts";
import type { GovernanceReport, ImpactNumbers, MetricImpact } from "./report.ts";

/** Old and new numbers as tables, with a chart of both where GitHub can draw it. */
export function impactMarkdown({ metric, unit, grain, rows, movers, personas }: MetricImpact): string {
  const periods = rows.map(({ period, isClosed, ...row }) => [
    `${plain(period)}${isClosed ? " 🔒" : ""}`,
    ...numbers(row).map(plain),
  ]);
  const moved = movers?.rows.map(({ value, ...row }) => [escaped(value ?? NO_VALUE), ...numbers(row).map(plain)]) ?? [];
  const seen = personas.map(({ persona, periods: _, ...row }) => [escaped(persona), ...numbers(row).map(plain)]);
  const byPersona = changedPeriods(personas).map(([persona, period, row]) => [
    escaped(persona),
    plain(period),
    ...numbers(row).map(plain),
  ]);
  return [
    `## ${escaped(metric)}${unit ? ` (${escaped(unit)})` : ""}`,
    table([`By ${grain}`, ...HEAD], periods),
    ...chart(rows),
    ...(rows.some(({ isClosed }) => isClosed) ? ["🔒: the books of this period are closed."] : []),
    ...(movers ? [table([escaped(movers.dimension), ...HEAD], moved)] : []),
    ...(seen.length > 0 ? [table(["Rows that count, as seen by", ...HEAD], seen)] : []),
    ...(byPersona.length > 0 ? [table(["As seen by", `By ${grain}`, ...HEAD], byPersona)] : []),
  ].join("\n\n");
}

/** One line for a metric whose numbers could not be asked for. */
export function unmeasuredMarkdown({ metric, reason }: GovernanceReport["unmeasured"][number]): string {
  return `⚠️ The numbers of ${escaped(metric)} could not be asked for: ${escaped(reason)}`;
}

const HEAD = ["Before", "After", "Change"];
const NO_VALUE = "(no value)";

/** The same for a terminal. */
export function impactTables({ metric, unit, grain, rows, movers, personas }: MetricImpact): readonly Table[] {
  const head = HEAD.map((word) => word.toLowerCase());
  const title = `${unit === null ? metric : `${metric} (${unit})`} by ${grain}`;
  const periods = rows.map(({ period, isClosed, ...row }) => [
    isClosed ? `${period} (closed)` : period,
    ...numbers(row),
  ]);
  const moved = movers?.rows.map(({ value, ...row }) => [value ?? NO_VALUE, ...numbers(row)]) ?? [];
  const seen = personas.map(({ persona, periods: _, ...row }) => [persona, ...numbers(row)]);
  const byPersona = changedPeriods(personas).map(([persona, period, row]) => [persona, period, ...numbers(row)]);
  return [
    { head: [title, ...head], rows: periods },
    ...(movers ? [{ head: [movers.dimension, ...head], rows: moved }] : []),
    ...(seen.length > 0 ? [{ head: ["rows that count, as seen by", ...head], rows: seen }] : []),
    ...(byPersona.length > 0 ? [{ head: ["as seen by", `by ${grain}`, ...head], rows: byPersona }] : []),
  ];
}

/** The periods in which somebody sees another number. */
function changedPeriods(personas: MetricImpact["personas"]): readonly (readonly [string, string, ImpactNumbers])[] {
  return personas.flatMap(({ persona, periods }) =>
    periods.filter(({ isChanged }) => isChanged).map(({ period, ...row }) => [persona, period, row] as const),
  );
}

interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Numbers of a report are texts, as everywhere: a change in per cent is shown, not computed with. */
export function impactDocument({ rows, movers, personas, ...one }: MetricImpact): object {
  return {
    ...one,
    rows: rows.map(({ isClosed, ...row }) => ({ ...numbersDocument(row), closed: isClosed })),
    movers: movers && { dimension: movers.dimension, rows: movers.rows.map(numbersDocument) },
    personas: personas.map(({ periods, ...row }) => ({
      ...numbersDocument(row),
      periods: periods.map(numbersDocument),
    })),
  };
}

function numbersDocument({ change, isChanged, ...row }: ImpactNumbers): object {
  return { ...row, change: change === null ? null : String(change), changed: isChanged };
}

function numbers({ before, after, change, isChanged }: ImpactNumbers): readonly string[] {
  const moved =
    change === null ? (isChanged ? "differs" : "") : `${change > 0 ? "+" : ""}${(100 * change).toFixed(1)} %`;
  return [before ?? "", after ?? "", moved];
}

/** Digits and days need no escape. */
function plain(text: string): string {
  return /^[-+\d.]*( %)?$/.test(text) ? text : escaped(text);
}

/** Two lines, which GitHub draws. Nothing where a number is missing or too large to draw. */
function chart(rows: MetricImpact["rows"]): readonly string[] {
  const series = [
    rows.map(({ before }) => Number(before ?? Number.NaN)),
    rows.map(({ after }) => Number(after ?? Number.NaN)),
  ];
  if (rows.length < 2 || series.flat().some((value) => !Number.isFinite(value))) return [];
  const labels = rows.map(({ period }) => `"${period.replace(/[^\w .:-]/g, "")}"`);
  const lines = series.map((values) => `  line [${values.join(", ")}]`);
  return [["```mermaid", "xychart-beta", `  x-axis [${labels.join(", ")}]`, ...lines, "```"].join("\n")];
}
