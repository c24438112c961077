import { Refusal } from "../../diagnostics/index.ts";
import type { Literal, ScalarType } from "../../expression/index.ts";
import { literal, numberLiteral, text, timeLiteral } from "../../expression/index.ts";
import type { GroupBy, Shown } from "../../request/index.ts";
import type { Sort } from "../node.ts";

type Written = string | number | boolean | null;

/**
 * The values of a row, as an answer wrote them, as constants of its columns.
 *
 * @throws Refusal CURSOR_MISMATCH when they cannot be of a row of this answer.
 */
export function literalsAfter(
  values: readonly Written[],
  orderBy: readonly Sort[],
  columns: readonly (GroupBy | Shown)[],
): readonly Literal[] {
  if (values.length !== orderBy.length) throw mismatch();
  return orderBy.map(({ column }, i) => {
    const found = columns.find((candidate) => ("output" in candidate ? candidate.output : candidate.name) === column);
    const made = literalOf(values[i] ?? null, found?.type ?? "unknown", found !== undefined && "metric" in found);
    if (!made) throw mismatch();
    return made;
  });
}

function literalOf(value: Written, type: ScalarType, isMetric: boolean): Literal | null {
  if (value === null) return literal(type, null);
  switch (type) {
    case "string":
      return typeof value === "string" ? text(value) : null;
    case "boolean":
      return typeof value === "boolean" ? literal("boolean", value) : null;
    case "int":
    case "decimal":
    case "float":
      return numberOf(value, type);
    case "date":
    case "timestamp":
    case "timestamptz":
      return typeof value === "string" ? timeOf(value, type) : null;
    case "interval":
    case "unknown":
      if (typeof value === "boolean") return literal("boolean", value);
      if (typeof value === "number") return numberOf(value, type);
      return (isMetric ? numberLiteral(value) : null) ?? text(value);
  }
}

/** Numbers are doubles; exact ones are digits in a text. */
function numberOf(value: Written, type: ScalarType): Literal | null {
  if (typeof value === "number") return Number.isFinite(value) ? literal("float", String(value)) : null;
  const digits = typeof value === "string" ? numberLiteral(value) : null;
  return digits && type === "float" ? { ...digits, type } : digits;
}

/** What is declared as one kind of time may be another in the warehouse. */
function timeOf(value: string, type: "date" | "timestamp" | "timestamptz"): Literal | null {
  return timeLiteral(type, value) ?? timeLiteral("timestamp", value) ?? timeLiteral("timestamptz", value);
}

function mismatch(): Refusal {
  return new Refusal(
    "CURSOR_MISMATCH",
    "The cursor is of another answer. Ask for the first page again, and go on from the cursors that it gives.",
    { path: ["after"] },
  );
}
