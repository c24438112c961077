import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** One figure beside its target, as the contract writes it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** null: it is measured and held to nothing. */
  readonly target: number | null;
  readonly better: "lower" | "higher";
}

/** Prints the figures as a table; with `--json FILE` writes them too. A missed target ends with exit code 1. */
export function reportFigures(figures: readonly Figure[]): void {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  printFigures(figures, values.json);
}

/** @param file Where they are written as JSON; left out: nowhere. */
export function printFigures(figures: readonly Figure[], file?: string): void {
  const judged = figures.map((figure) => ({ ...figure, ok: isMet(figure) }));
  const width = Math.max(...judged.map(({ name }) => name.length));
  for (const { name, value, unit, target, better, ok } of judged) {
    const bound = target === null ? "no target" : `${better === "lower" ? "≤" : "≥"} ${format(target)} ${unit}`;
    console.log(
      `${ok ? "ok  " : "MISS"}  ${name.padEnd(width)}  ${format(value).padStart(9)} ${unit.padEnd(5)}  ${bound}`,
    );
  }
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(judged, null, 2)}\n`);
  if (judged.some(({ ok }) => !ok)) process.exitCode = 1;
}

/** Whether it meets its target; one without a target does. */
export function isMet({ value, target, better }: Figure): boolean {
  if (target === null) return true;
  return better === "lower" ? value <= target : value >= target;
}

export function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The value below which `share` of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
