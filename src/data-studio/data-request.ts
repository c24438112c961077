import { Refusal } from "../diagnostics/index.ts";
import { isObject } from "../std/index.ts";
import {
  type DataQuestion,
  type DataRequest,
  type DimensionFilter,
  FILTER_OPERATORS,
  type FilterOperator,
} from "./protocol.ts";

/** A chart takes 10 dimensions and 20 metrics, a table some more. */
const MAX_FIELDS = 200;
const MAX_GROUPS = 100;
const MAX_FILTERS = 200;
const MAX_VALUES = 2_000;
const MAX_TEXT = 5_000;
const MAX_NAME = 300;

type Path = readonly string[];
type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks the shape of a body from outside. Every key that is not known is refused, because it may say which rows are
 * meant; but of `scriptParams`, in which Data Studio tells of the script and its run, what is not ours is passed over.
 *
 * @throws Refusal INVALID_REQUEST with the path of the value at fault, LIMIT_EXCEEDED for more than is read
 */
export function parseDataRequest(body: unknown): DataRequest {
  const fields = isObject(body) ? body : {};
  if (fields["queryId"] !== undefined) return { queryId: only(fields, "queryId") };
  if (fields["page"] !== undefined) return { page: only(fields, "page") };
  return question(body);
}

/** An id, beside which nothing stands. */
function only(body: Fields, name: string): string {
  return text(objectOf(body, [], [name])[name], [name], MAX_NAME);
}

export function parseCancelRequest(body: unknown): { readonly queryId: string } {
  return { queryId: only(isObject(body) ? body : {}, "queryId") };
}

function question(body: unknown): DataQuestion {
  const given = objectOf(body, [], ["configParams", "fields", "dateRange", "dimensionsFilters", "scriptParams"]);
  const { configParams, fields, dateRange, dimensionsFilters, scriptParams } = given;
  return {
    configParams: objectOf(configParams ?? {}, ["configParams"], null),
    ...(fields !== undefined && fields !== null && { fields: list(fields, ["fields"], MAX_FIELDS, field) }),
    dateRange: dateRange === undefined || dateRange === null ? null : range(dateRange),
    dimensionsFilters:
      dimensionsFilters === undefined || dimensionsFilters === null ? null : filters(dimensionsFilters),
    scriptParams: scriptParams === undefined || scriptParams === null ? null : script(scriptParams),
  };
}

function field(value: unknown, path: Path) {
  const { name, forFilterOnly } = objectOf(value, path, ["name", "forFilterOnly"]);
  return {
    name: text(name, [...path, "name"], MAX_NAME),
    forFilterOnly: flag(forFilterOnly, [...path, "forFilterOnly"]),
  };
}

function range(value: unknown) {
  const { startDate, endDate } = objectOf(value, ["dateRange"], ["startDate", "endDate"]);
  return {
    startDate: text(startDate, ["dateRange", "startDate"], MAX_NAME),
    endDate: text(endDate, ["dateRange", "endDate"], MAX_NAME),
  };
}

function script(value: unknown) {
  const { sampleExtraction } = objectOf(value, ["scriptParams"], null);
  return { sampleExtraction: flag(sampleExtraction, ["scriptParams", "sampleExtraction"]) };
}

function filters(value: unknown): readonly (readonly DimensionFilter[])[] {
  const groups = list(value, ["dimensionsFilters"], MAX_GROUPS, (group, path) =>
    list(group, path, MAX_FILTERS, filter),
  );
  const all = groups.flat();
  if (all.length > MAX_FILTERS) throw tooMany(["dimensionsFilters"], MAX_FILTERS, "filters");
  const values = all.reduce((sum, one) => sum + (one.values?.length ?? 0), 0);
  if (values > MAX_VALUES) throw tooMany(["dimensionsFilters"], MAX_VALUES, "values");
  return groups;
}

function filter(value: unknown, path: Path): DimensionFilter {
  const given = objectOf(value, path, ["fieldName", "values", "type", "operator"]);
  const { type, values } = given;
  if (type !== "INCLUDE" && type !== "EXCLUDE") throw invalid([...path, "type"], "must be INCLUDE or EXCLUDE");
  return {
    fieldName: text(given["fieldName"], [...path, "fieldName"], MAX_NAME),
    values:
      values === undefined || values === null
        ? []
        : list(values, [...path, "values"], MAX_VALUES, (one, at) => text(one, at, MAX_TEXT)),
    type,
    operator: operator(given["operator"], [...path, "operator"]),
  };
}

function operator(value: unknown, path: Path): FilterOperator {
  const known = FILTER_OPERATORS.find((one) => one === value);
  if (known) return known;
  throw invalid(path, `must be one of ${FILTER_OPERATORS.join(", ")}`);
}

/** @param known null: any key will do. */
function objectOf(value: unknown, path: Path, known: readonly string[] | null): Fields {
  if (!isObject(value)) throw invalid(path, "must be an object");
  const unknown = known && Object.keys(value).find((key) => !known.includes(key));
  if (unknown) {
    const message = `"${unknown.slice(0, 60)}" is not known here. Known: ${known.join(", ")}.`;
    throw new Refusal("INVALID_REQUEST", message, { path: [...path, unknown.slice(0, 60)] });
  }
  return value;
}

function list<T>(value: unknown, path: Path, most: number, read: (item: unknown, path: Path) => T): readonly T[] {
  if (!Array.isArray(value)) throw invalid(path, "must be a list");
  if (value.length > most) throw tooMany(path, most, "items");
  return value.map((item, i) => read(item, [...path, String(i)]));
}

function text(value: unknown, path: Path, maxLength: number): string {
  if (typeof value !== "string") throw invalid(path, "must be a text");
  if (value.length <= maxLength) return value;
  throw new Refusal("LIMIT_EXCEEDED", `${path.join(".")} is longer than ${maxLength} characters.`, { path });
}

function flag(value: unknown, path: Path): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw invalid(path, "must be true or false");
}

function invalid(path: Path, rule: string): Refusal {
  return new Refusal("INVALID_REQUEST", `${path.join(".") || "The body"} ${rule}.`, { path });
}

function tooMany(path: Path, most: number, what: string): Refusal {
  return new Refusal("LIMIT_EXCEEDED", `${path.join(".")} has more ${what} than the ${most} that are read.`, { path });
}
