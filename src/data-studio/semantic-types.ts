import type { Metric } from "../catalog/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { isCurrencyCode } from "./currencies.ts";
import type { SchemaField } from "./protocol.ts";

/** How Data Studio holds what has that meaning. */
export function dataTypeOf(semanticType: string): SchemaField["dataType"] {
  if (semanticType === "BOOLEAN") return "BOOLEAN";
  const isNumber = semanticType === "NUMBER" || semanticType === "PERCENT" || semanticType.startsWith("CURRENCY_");
  return isNumber ? "NUMBER" : "STRING";
}

/**
 * What the values of a metric mean. Nothing is converted: amounts keep their currency, and a duration that is not told
 * in seconds is a number.
 *
 * @param currency For amounts whose unit is no currency; null: they are numbers.
 */
export function semanticTypeOfMetric(
  { format, unit }: Pick<Metric, "format" | "unit">,
  type: ScalarType,
  currency: string | null,
): string {
  const plain = semanticTypeOf(type);
  if (plain !== "NUMBER") return plain;
  switch (format) {
    case "percent":
      return "PERCENT";
    case "duration":
      return unit !== null && SECONDS.includes(unit.toLowerCase()) ? "DURATION" : "NUMBER";
    case "ratio":
      return "NUMBER";
    case "currency":
    case "number":
    case "integer": {
      const code = unit !== null && isCurrencyCode(unit) ? unit : null;
      // A unit that looks like a code is a currency of its own, which another sign would make a wrong amount.
      const isOpen = format === "currency" && (unit === null || !/^[A-Z]{3}$/.test(unit));
      const shown = code ?? (isOpen ? currency : null);
      return shown === null ? "NUMBER" : `CURRENCY_${shown}`;
    }
  }
}

const SECONDS: readonly string[] = ["s", "sec", "second", "seconds"];

/** What a value means that says no more than its type. */
export function semanticTypeOf(type: ScalarType): string {
  switch (type) {
    case "int":
    case "decimal":
    case "float":
    case "unknown":
      return "NUMBER";
    case "boolean":
      return "BOOLEAN";
    case "date":
      return "YEAR_MONTH_DAY";
    case "string":
    case "interval":
    // Whole, with what is finer than seconds: no type of Data Studio's holds that.
    case "timestamp":
    case "timestamptz":
      return "TEXT";
  }
}
