import { Refusal } from "../diagnostics/index.ts";
import { printFilterConstant, printName } from "../expression/index.ts";
import type { TypedModel, ValueEnum, ValueType } from "./typed-model.ts";

/**
 * The operators of one condition, as a typed filter gives them. Values were read by their scalar: digits for numbers,
 * ISO text for times, the warehouse's own value for enums. An operator that is missing says nothing; null is refused,
 * so that a variable left null by mistake never widens an answer.
 */
export type Condition = Readonly<Record<string, unknown>>;

/** A typed filter: conditions by field, and `and`, `or`, `not` over filters. */
export type Filter = Readonly<Record<string, unknown>>;

/**
 * The filter in the filter language; null when it says nothing. Comparisons keep SQL's meaning: NULL matches none.
 *
 * @throws Refusal LIMIT_EXCEEDED for more than is read, before any of it is
 */
export function filterText(model: TypedModel, filter: Filter, path: readonly string[]): string | null {
  const texts = known.get(model) ?? new WeakMap<Filter, string | null>();
  known.set(model, texts);
  const before = texts.get(filter);
  if (before !== undefined) return before;
  checkSize(filter, path);
  const text = written(model, filter, path);
  texts.set(filter, text);
  return text;
}

/** Fields of one request that read the same variable get the same object. */
const known = new WeakMap<TypedModel, WeakMap<Filter, string | null>>();

const MAX_NODES = 500;
const MAX_VALUES = 1_000;
const MAX_DEPTH = 20;

function checkSize(filter: Filter, path: readonly string[]): void {
  let [nodes, values] = [0, 0];
  const refuse = (found: string, limit: number): Refusal =>
    new Refusal(
      "LIMIT_EXCEEDED",
      `The filter ${path.join(".")} has ${found}; at most ${limit.toLocaleString("en")} are read.`,
      { path },
    );
  const open: [value: unknown, depth: number][] = [[filter, 1]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, depth] = next;
    if (depth > MAX_DEPTH) throw refuse("more levels", MAX_DEPTH);
    if (typeof value !== "object" || value === null) {
      if (++values > MAX_VALUES) throw refuse("more values", MAX_VALUES);
      continue;
    }
    // A list is no level and no condition of its own.
    if (!Array.isArray(value) && ++nodes > MAX_NODES) throw refuse("more conditions", MAX_NODES);
    for (const inner of Object.values(value)) open.push([inner, depth + (Array.isArray(value) ? 0 : 1)]);
  }
}

function written(model: TypedModel, filter: Filter, path: readonly string[]): string | null {
  const parts = Object.entries(filter).flatMap(([field, value]): readonly string[] => {
    const at = [...path, field];
    if (value === null || value === undefined) throw refuseNull(at);
    switch (field) {
      case "and":
        return listText(model, value, at, " AND ", "true");
      case "or":
        return listText(model, value, at, " OR ", "false");
      case "not":
        return [`NOT (${written(model, asFilter(value), at) ?? "true"})`];
      default: {
        const target = targetOf(model, field);
        return conditionTexts(target.name, target.type, asFilter(value), at);
      }
    }
  });
  return parts.length === 0 ? null : parts.map((part) => `(${part})`).join(" AND ");
}

/** Conditions on finished metric values, all of which must hold. `columnOf` says where the answer has a metric. */
export function havingTexts(
  model: TypedModel,
  having: Filter,
  columnOf: (metric: string) => string,
): readonly string[] {
  checkSize(having, ["having"]);
  return Object.entries(having).flatMap(([field, value]) => {
    if (value === null || value === undefined) throw refuseNull(["having", field]);
    const metric = model.metrics.find((candidate) => candidate.field === field);
    return metric ? conditionTexts(columnOf(metric.metric.name), metric.type, asFilter(value), ["having", field]) : [];
  });
}

function listText(
  model: TypedModel,
  value: unknown,
  path: readonly string[],
  joiner: string,
  none: string,
): readonly string[] {
  const filters = Array.isArray(value) ? value : [];
  if (filters.length === 0) return [none];
  return [filters.map((item, i) => `(${written(model, asFilter(item), [...path, String(i)]) ?? "true"})`).join(joiner)];
}

function targetOf(model: TypedModel, field: string): { readonly name: string; readonly type: ValueType } {
  const dimension = model.dimensions.find((candidate) => candidate.key === field);
  if (dimension) return { name: dimension.option.name, type: dimension.type };
  const time = model.times.find((candidate) => candidate.key === field);
  if (time) return { name: time.option.name, type: "time" };
  throw new Error(`Model ${model.model.name} has no filter field ${field}`);
}

const COMPARISONS: Readonly<Record<string, string>> = { eq: "=", ne: "<>", gt: ">", gte: ">=", lt: "<", lte: "<=" };

function conditionTexts(
  column: string,
  type: ValueType,
  condition: Condition,
  path: readonly string[],
): readonly string[] {
  const name = printName(column); // an entity may be called order
  return Object.entries(condition).map(([operator, value]) => {
    if (value === null || value === undefined) throw refuseNull([...path, operator]);
    const comparison = COMPARISONS[operator];
    if (comparison) return `${name} ${comparison} ${literalText(type, value)}`;
    switch (operator) {
      case "isNull":
        return value === true ? `${name} IS NULL` : `${name} IS NOT NULL`;
      case "in":
        return inText(name, type, value);
      case "notIn":
        return `NOT (${inText(name, type, value)})`;
      case "startsWith":
        return `starts_with(${name}, ${literalText("string", value)})`;
      case "contains":
        return `contains(${name}, ${literalText("string", value)})`;
      default:
        throw new Error(`No operator ${operator}`);
    }
  });
}

function inText(name: string, type: ValueType, value: unknown): string {
  const values = Array.isArray(value) ? value : [value];
  return values.length === 0 ? "false" : `${name} IN (${values.map((item) => literalText(type, item)).join(", ")})`;
}

function literalText(type: ValueType, value: unknown): string {
  return printFilterConstant(type, typeof value === "boolean" ? value : String(value));
}

/** Value type and enum to the name of the filter input that fits. */
export function filterTypeName(type: ValueType, values: ValueEnum | null): string {
  if (values) return `${values.name}Filter`;
  switch (type) {
    case "string":
      return "StringFilter";
    case "int":
      return "IntFilter";
    case "decimal":
    case "float":
      return "DecimalFilter";
    case "boolean":
      return "BooleanFilter";
    case "time":
      return "TimeFilter";
  }
}

function asFilter(value: unknown): Filter {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error("A filter is an object");
}

function refuseNull(path: readonly string[]): Refusal {
  return new Refusal(
    "INVALID_FILTER",
    `${path.join(".")} is null, which would match nothing. Leave it out, or ask for {isNull: true}.`,
    {
      path,
    },
  );
}
