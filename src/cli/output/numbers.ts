import type { MetricFormat, MetricInfo } from "../../catalog/index.ts";
import type { Cell } from "../../warehouse/index.ts";

export type MetricStyle = Pick<MetricInfo, "format" | "unit">;

/** How the numbers of a metric's column are written: grouped by thousands, all with the same number of decimals. */
export function numberColumn({ format, unit }: MetricStyle, cells: readonly Cell[]): (cell: Cell) => string {
  const isPercent = format === "percent";
  const { least, most } = decimalsOf(format, unit, cells);
  const options = { style: isPercent ? "percent" : "decimal", signDisplay: "negative" } as const;
  const measured = new Intl.NumberFormat("en", {
    ...options,
    minimumFractionDigits: least,
    maximumFractionDigits: most,
  });
  const decimals = Math.max(least, ...cells.map((cell) => decimalsIn(written(measured, cell))));
  const aligned = new Intl.NumberFormat("en", {
    ...options,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return (cell) => written(aligned, cell).replace("%", " %");
}

/** Fewest and most decimals. Where every value is below 1, two decimals would hide what there is to see. */
function decimalsOf(
  format: MetricFormat,
  unit: string | null,
  cells: readonly Cell[],
): { readonly least: number; readonly most: number } {
  switch (format) {
    case "integer":
      return { least: 0, most: 0 };
    case "percent":
      return { least: 1, most: 1 };
    case "currency":
      return { least: minorDigits(unit), most: minorDigits(unit) };
    case "number":
    case "ratio":
    case "duration":
      return { least: 0, most: cells.every((cell) => Math.abs(Number(cell)) < 1) ? 4 : 2 };
  }
}

/** Decimals of a currency: 0 for JPY, 2 where the unit is no currency of ISO 4217. */
function minorDigits(unit: string | null): number {
  if (unit === null || !/^[A-Z]{3}$/.test(unit)) return 2;
  return (
    new Intl.NumberFormat("en", { style: "currency", currency: unit }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

/** Digits in a string stay exact: `Intl` reads them without going through a float. */
function written(format: Intl.NumberFormat, cell: Cell): string {
  if (typeof cell === "number") return format.format(cell);
  return typeof cell === "string" && isDigits(cell) ? format.format(cell) : "";
}

function isDigits(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text);
}

function decimalsIn(text: string): number {
  return /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
}
