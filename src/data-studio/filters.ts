import { Refusal } from "../diagnostics/index.ts";
import { MAX_LENGTH, numberLiteral, parseFilter, printFilterConstant, printName } from "../expression/index.ts";
import { assertNever } from "../std/index.ts";
import type { FieldValue, OfferedField, OfferedGroup } from "./offered-field.ts";
import type { DimensionFilter } from "./protocol.ts";

/**
 * Data Studio's filters as conditions of the filter language, one for each group of alternatives.
 *
 * @param fieldNamed Throws a Refusal for a name that no field has.
 * @throws Refusal INVALID_FILTER naming filter and field: what cannot be applied exactly is never left out
 */
export function conditionsOf(
  groups: readonly (readonly DimensionFilter[])[],
  fieldNamed: (name: string) => OfferedField,
): readonly string[] {
  return groups.map((group, i) => {
    if (group.length === 0) {
      const message = "A filter has no condition in it, which would match nothing: remove it.";
      throw new Refusal("INVALID_FILTER", message, { path: ["dimensionsFilters", String(i)] });
    }
    const conditions = group.map((filter, j) => conditionOf({ filter, path: [i, j] }, fieldNamed));
    checkLength(group, conditions, i);
    return conditions.join(ALTERNATIVES);
  });
}

const ALTERNATIVES = " OR ";

/** @throws Refusal naming the longest, where they are more than is read */
function checkLength(group: readonly DimensionFilter[], conditions: readonly string[], i: number): void {
  if (conditions.join(ALTERNATIVES).length <= MAX_LENGTH) return;
  const lengths = conditions.map(({ length }) => length);
  const j = lengths.indexOf(Math.max(...lengths));
  const count = MAX_LENGTH.toLocaleString("en");
  throw refusal(
    { filter: at(group, j), path: [i, j] },
    `it is longer than the ${count} characters that are read; choose fewer values, exclude the others, or filter by a coarser field`,
  );
}

/** A filter, and where it stands. */
interface Placed {
  readonly filter: DimensionFilter;
  readonly path: readonly [group: number, place: number];
}

/** Rows whose value is NULL are of no INCLUDE but that of IS_NULL; EXCLUDE keeps all rows that INCLUDE does not. */
function conditionOf(placed: Placed, fieldNamed: (name: string) => OfferedField): string {
  const { filter } = placed;
  const field = fieldNamed(filter.fieldName);
  if (field.kind === "metric") throw refusal(placed, "a metric cannot be filtered by; filter by a dimension instead");
  const name = printName(field.filterName);
  const isExcluded = filter.type === "EXCLUDE";
  if (filter.operator === "IS_NULL") {
    valuesOf(placed, 0, 0);
    return isExcluded ? `(${name} IS NOT NULL)` : `(${name} IS NULL)`;
  }
  const condition = testOf(placed, field, name);
  return isExcluded ? `(${name} IS NULL OR NOT (${condition}))` : `(${condition})`;
}

/** What is true or false for every row that has a value. */
function testOf(placed: Placed, field: OfferedGroup, name: string): string {
  const { operator } = placed.filter;
  const bound = (comparison: Comparison): string => {
    const [value = ""] = valuesOf(placed, 1, 1);
    return boundsText(placed, field, name, [[comparison, value]]);
  };
  switch (operator) {
    case "EQUALS":
      return amongText(placed, field, name, valuesOf(placed, 1, 1));
    case "IN_LIST":
      return amongText(placed, field, name, valuesOf(placed, 1, null));
    case "CONTAINS":
      return `contains(${name}, ${constant(textOf(placed, field))})`;
    case "REGEXP_PARTIAL_MATCH":
      return patternText(placed, name, textOf(placed, field), (pattern) => pattern);
    case "REGEXP_EXACT_MATCH":
      return patternText(placed, name, textOf(placed, field), (pattern) => `^(?:${pattern})$`);
    case "BETWEEN": {
      const [low = "", high = ""] = valuesOf(placed, 2, 2);
      return boundsText(placed, field, name, [
        [">=", low],
        ["<=", high],
      ]);
    }
    case "NUMERIC_GREATER_THAN":
      return bound(">");
    case "NUMERIC_GREATER_THAN_OR_EQUAL":
      return bound(">=");
    case "NUMERIC_LESS_THAN":
      return bound("<");
    case "NUMERIC_LESS_THAN_OR_EQUAL":
      return bound("<=");
    case "IS_NULL":
      throw new Error("IS_NULL has no values to test.");
    default:
      return assertNever(operator);
  }
}

function amongText(placed: Placed, field: OfferedGroup, name: string, values: readonly string[]): string {
  const constants = new Set(values.map((value) => constant(parsed(placed, field, value))));
  return `${name} IN (${[...constants].join(", ")})`;
}

type Comparison = ">" | ">=" | "<" | "<=";

function boundsText(
  placed: Placed,
  field: OfferedGroup,
  name: string,
  bounds: readonly (readonly [Comparison, string])[],
): string {
  const values = bounds.map(([, value]) => parsed(placed, field, value));
  const isNumeric = placed.filter.operator !== "BETWEEN";
  if (values.some(({ type }) => type === "boolean" || (isNumeric && type === "string"))) {
    throw refusal(placed, `the field has no ${isNumeric ? "numbers" : "order"}; choose values with EQUALS or IN_LIST`);
  }
  if (field.field.semantics.semanticType === "DAY_OF_WEEK") return daysText(placed, field, name, bounds);
  return bounds.map(([comparison], i) => `${name} ${comparison} ${constant(at(values, i))}`).join(" AND ");
}

const DAYS_OF_WEEK: readonly string[] = ["0", "1", "2", "3", "4", "5", "6"];

/** Theirs begin with Sunday, ours with Monday: only one by one do they have the same order. */
function daysText(
  placed: Placed,
  field: OfferedGroup,
  name: string,
  bounds: readonly (readonly [Comparison, string])[],
): string {
  const days = DAYS_OF_WEEK.filter((day) =>
    bounds.every(([comparison, bound]) => holds(Number(day), comparison, Number(bound))),
  );
  return days.length === 0 ? "false" : amongText(placed, field, name, days);
}

function holds(value: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
  }
}

/** Only of texts; a number or a time is no text, and how it would be written is nobody's to guess. */
function textOf(placed: Placed, field: OfferedGroup): FieldValue {
  const [value = ""] = valuesOf(placed, 1, 1);
  if (field.kind === "dimension" && field.field.dataType === "STRING") {
    const read = parsed(placed, field, value);
    if (read.type === "string") return read;
  }
  throw refusal(placed, "only texts can be searched; choose values with EQUALS, IN_LIST or BETWEEN");
}

/**
 * @param around What is to stand around the pattern, which has to be one by itself: `a)|(b` is none.
 * @throws Refusal for a pattern that not every warehouse would read the same way
 */
function patternText(placed: Placed, name: string, { value }: FieldValue, around: (pattern: string) => string): string {
  const conditions = [String(value), around(String(value))].map(
    (pattern) => `regexp_contains(${name}, ${printFilterConstant("string", pattern)})`,
  );
  for (const condition of conditions) {
    const read = parseFilter(condition);
    if (read.ok) continue;
    const [problem] = read.problems;
    const help = problem?.help ? ` ${problem.help}` : "";
    throw refusal(placed, `the regular expression cannot be used. ${problem?.message ?? ""}${help}`);
  }
  return conditions.at(-1) ?? "false";
}

function valuesOf({ filter, path }: Placed, least: number, most: number | null): readonly string[] {
  const values = filter.values ?? [];
  if (values.length < least || (most !== null && values.length > most)) {
    const wanted =
      most === null ? "at least one value" : most === 1 ? "one value" : most === 0 ? "no value" : "two values";
    throw refusal({ filter, path }, `it takes ${wanted}, not ${values.length}`);
  }
  return values;
}

function parsed(placed: Placed, field: OfferedGroup, value: string): FieldValue {
  const isStorable = value.isWellFormed() && !value.includes("\0");
  const read = !isStorable ? null : isNumber(field) ? numberIn(value) : field.parse(value);
  if (read) return read;
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  throw refusal(placed, `"${shown.toWellFormed()}" is no value of this field (${field.field.semantics.semanticType})`);
}

function isNumber({ kind, field }: OfferedGroup): boolean {
  return kind === "dimension" && field.dataType === "NUMBER";
}

/** Any number may be compared with any field of numbers: whole ones are less than 2.5 too. */
function numberIn(text: string): FieldValue | null {
  const digits = text.trim().replace(/^\+(?=[\d.])/, "");
  const read = numberLiteral(digits);
  return read && isHeld(digits) && typeof read.value === "string" && read.type !== "unknown" && read.type !== "interval"
    ? { type: read.type, value: read.value }
    : null;
}

/** Beyond what a float holds, an engine refuses a number or takes it for 0. */
function isHeld(digits: string): boolean {
  const number = Number(digits);
  const [mantissa = ""] = digits.split(/e/i);
  return Number.isFinite(number) && (number !== 0 || !/[1-9]/.test(mantissa));
}

function constant({ type, value }: FieldValue): string {
  return printFilterConstant(type, value);
}

function at<T>(items: readonly T[], i: number): T {
  const item = items[i];
  if (item === undefined) throw new Error(`There is no item ${i}.`);
  return item;
}

function refusal({ filter, path }: Placed, reason: string): Refusal {
  const { fieldName, operator, type } = filter;
  const message = `The filter ${type} ${operator} on the field "${fieldName}" cannot be applied: ${reason}.`;
  return new Refusal("INVALID_FILTER", message, { path: ["dimensionsFilters", ...path.map(String)] });
}
