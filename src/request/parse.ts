import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import type {
  Calc,
  GroupByReference,
  MetricReference,
  OrderBy,
  QueryRequest,
  Shift,
  TimeRange,
  Top,
} from "./request.ts";
import { CALCS } from "./request.ts";

const FIELDS = [
  "metrics",
  "groupBy",
  "where",
  "having",
  "timeRange",
  "orderBy",
  "top",
  "limit",
  "offset",
  "distinct",
  "minMaxOnly",
  "savedQuery",
  "timeZone",
  "requireCertified",
] as const;

/** Caps that keep one request from costing more to read than to answer. */
const MAX_ITEMS = 1_000;
const MAX_TEXT = 10_000;

/**
 * Checks the shape of a request from outside: JSON of the contract, unknown fields refused (`id` is the caller's own).
 *
 * @throws Refusal INVALID_REQUEST (INVALID_LIMIT for limits) with the path of the value at fault.
 */
export function parseRequest(json: unknown): QueryRequest {
  const body = asObject(json, [], [...FIELDS, "id"]);
  return dropUndefined({
    metrics: list(body["metrics"], ["metrics"], metricReference),
    groupBy: list(body["groupBy"], ["groupBy"], groupByReference),
    where: list(body["where"], ["where"], text),
    having: list(body["having"], ["having"], text),
    timeRange: optional(body["timeRange"], ["timeRange"], timeRange),
    orderBy: list(body["orderBy"], ["orderBy"], orderBy),
    top: optional(body["top"], ["top"], top),
    limit: optional(body["limit"], ["limit"], wholeNumber),
    offset: optional(body["offset"], ["offset"], wholeNumber),
    distinct: optional(body["distinct"], ["distinct"], flag),
    minMaxOnly: optional(body["minMaxOnly"], ["minMaxOnly"], flag),
    savedQuery: optional(body["savedQuery"], ["savedQuery"], text),
    timeZone: optional(body["timeZone"], ["timeZone"], text),
    requireCertified: optional(body["requireCertified"], ["requireCertified"], flag),
  });
}

type Path = readonly string[];

function metricReference(value: unknown, path: Path): string | MetricReference {
  if (typeof value === "string") return text(value, path);
  const body = asObject(value, path, ["name", "as", "where", "version", "shift", "calc", "within"]);
  return dropUndefined({
    name: text(body["name"], [...path, "name"]),
    as: optional(body["as"], [...path, "as"], outputName),
    where: list(body["where"], [...path, "where"], text),
    version: optional(body["version"], [...path, "version"], wholeNumber),
    shift: optional(body["shift"], [...path, "shift"], shift),
    calc: optional(body["calc"], [...path, "calc"], calc),
    within: list(body["within"], [...path, "within"], groupByReference),
  });
}

function shift(value: unknown, path: Path): Shift {
  const body = asObject(value, path, ["by", "periods", "unit"]);
  return dropUndefined({
    by: optional(body["by"], [...path, "by"], text),
    periods: optional(body["periods"], [...path, "periods"], wholeNumber),
    unit: optional(body["unit"], [...path, "unit"], text),
  });
}

function calc(value: unknown, path: Path): Calc {
  const named = text(value, path).toLowerCase();
  const known = CALCS.find((one) => one === named);
  if (known) return known;
  const suggestions = nearest(named, CALCS);
  throw new Refusal("INVALID_REQUEST", `${path.join(".")} must be one of ${CALCS.join(", ")}.`, { path, suggestions });
}

function top(value: unknown, path: Path): Top {
  const body = asObject(value, path, ["n", "by", "within", "part"]);
  const part = body["part"] === "rest" ? "rest" : "top";
  if ((body["part"] ?? "top") !== part) throw invalid('must be "top" or "rest"', [...path, "part"]);
  return {
    n: wholeNumber(body["n"], [...path, "n"]),
    part,
    ...dropUndefined({
      by: optional(body["by"], [...path, "by"], text),
      within: list(body["within"], [...path, "within"], text),
    }),
  };
}

function groupByReference(value: unknown, path: Path): GroupByReference {
  if (typeof value === "string") return { name: text(value, path) };
  const body = asObject(value, path, ["name", "grain", "datePart", "as", "fill"]);
  return dropUndefined({
    name: text(body["name"], [...path, "name"]),
    grain: optional(body["grain"], [...path, "grain"], text),
    datePart: optional(body["datePart"], [...path, "datePart"], text),
    as: optional(body["as"], [...path, "as"], outputName),
    fill: optional(body["fill"], [...path, "fill"], flag),
  });
}

function timeRange(value: unknown, path: Path): TimeRange {
  const body = asObject(value, path, ["start", "end", "last", "toDate"]);
  return dropUndefined({
    last: optional(body["last"], [...path, "last"], lastPeriods),
    toDate: optional(body["toDate"], [...path, "toDate"], text),
    start: optional(body["start"], [...path, "start"], text),
    end: optional(body["end"], [...path, "end"], text),
  });
}

function lastPeriods(value: unknown, path: Path): NonNullable<TimeRange["last"]> {
  const body = asObject(value, path, ["n", "unit"]);
  return { n: wholeNumber(body["n"], [...path, "n"]), unit: text(body["unit"], [...path, "unit"]) };
}

function orderBy(value: unknown, path: Path): OrderBy {
  if (typeof value === "string") return { name: text(value, path) };
  const body = asObject(value, path, ["name", "direction"]);
  const direction = body["direction"] ?? "asc";
  if (direction !== "asc" && direction !== "desc") throw invalid(`must be "asc" or "desc"`, [...path, "direction"]);
  return { name: text(body["name"], [...path, "name"]), direction };
}

function text(value: unknown, path: Path): string {
  if (typeof value !== "string" || value === "") throw invalid(`must be text, not ${describe(value)}`, path);
  if (value.length > MAX_TEXT) throw invalid(`is longer than ${MAX_TEXT} characters`, path);
  if (value.includes("\0")) throw invalid("holds a NUL character", path);
  return value;
}

/** Names that callers choose for columns stay plain words, so that every engine and tool can take them. */
function outputName(value: unknown, path: Path): string {
  const name = text(value, path);
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,59}$/.test(name)) {
    throw invalid("must be a word of letters, digits and _ that starts with a letter, at most 60 long", path);
  }
  return name;
}

function wholeNumber(value: unknown, path: Path): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal("INVALID_LIMIT", `${path.join(".")} must be a whole number from 0, not ${describe(value)}.`, {
    path,
  });
}

function flag(value: unknown, path: Path): boolean {
  if (typeof value !== "boolean") throw invalid(`must be true or false, not ${describe(value)}`, path);
  return value;
}

function optional<T>(value: unknown, path: Path, read: (value: unknown, path: Path) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path);
}

function list<T>(value: unknown, path: Path, read: (value: unknown, path: Path) => T): readonly T[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid(`must be a list, not ${describe(value)}`, path);
  if (value.length > MAX_ITEMS) throw invalid(`has more than ${MAX_ITEMS} entries`, path);
  return value.map((item, i) => read(item, [...path, String(i)]));
}

function asObject(value: unknown, path: Path, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`must be an object, not ${describe(value)}`, path);
  }
  for (const key of Object.keys(value)) {
    if (fields.includes(key)) continue;
    const suggestions = nearest(key, fields);
    const hint = suggestions[0] ? ` Did you mean "${suggestions[0]}"?` : ` Known: ${fields.join(", ")}.`;
    throw new Refusal(
      "INVALID_REQUEST",
      `"${key}" is not a field ${path.length > 0 ? `of ${path.join(".")}` : "of a request"}.${hint}`,
      {
        path: [...path, key],
        suggestions,
      },
    );
  }
  return { ...value };
}

function invalid(problem: string, path: Path): Refusal {
  return new Refusal("INVALID_REQUEST", `${path.length > 0 ? path.join(".") : "The request"} ${problem}.`, { path });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? (value === "" ? "empty text" : "text") : JSON.stringify(value);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function dropUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
