import type { FuncCall, Node, TypeCast, TypeName } from "libpg-query";
import { call, literal } from "./build.ts";
import { AGGREGATES, CALLABLE, refuseFunction } from "./calls.ts";
import { INTERVAL_GRAINS, intervalCall, TYPE_NAMES, timeLiteral } from "./constants.ts";
import {
  bracketed,
  type Context,
  callRange,
  claimName,
  failed,
  type Inner,
  type Placed,
  problem,
  start,
  wholeText,
} from "./context.ts";
import type { Expr, FilterName, ScalarType, TextRange } from "./expr.ts";
import { portablePattern } from "./pattern.ts";
import { isStandardGrain, STANDARD_GRAINS } from "./time.ts";
import { indexFrom, indexOfClose, nameOf, stringOf, tokenFrom } from "./tokens.ts";

/** A call written `name(…)`, or a special form that PostgreSQL reads as one: EXTRACT(part FROM t). */
export function convertCall(node: FuncCall, cx: Context, inner: Inner): Placed {
  const from = start(node.location, cx);
  const token = tokenFrom(cx.tokens, from);
  const name = token ? nameOf(token) : "";
  const at = from < 0 ? wholeText(cx) : callRange(from, cx);
  const isSpecial = node.funcformat === "COERCE_SQL_SYNTAX";
  if (isSpecial && (name === "at" || from < 0)) {
    const range = from < 0 ? at : { start: from, end: token?.end ?? from };
    const help = "Times are cut into days in the project's time zone.";
    return problem(cx, "expression/not-allowed", range, "AT TIME ZONE is not allowed.", help);
  }
  if (!isSpecial && node.funcname?.length !== 1) {
    return problem(
      cx,
      "expression/unknown-function",
      at,
      "Functions have no schema here.",
      "Write the bare name of the function.",
    );
  }
  if (cx.onAggregate && !isSpecial && AGGREGATES.has(name)) return cx.onAggregate(node, at);
  if (node.over) {
    const help = "For running totals use a cumulative metric.";
    return problem(cx, "expression/not-allowed", at, "Window functions are not allowed.", help);
  }
  const isNamed = name === "try_cast" || (name === "metric" && cx.inFilter) || (name === "claim" && cx.mayClaim);
  const callable = CALLABLE.get(name);
  if (!callable && !isNamed) {
    cx.problems.push(refuseFunction(name, at));
    return failed(at);
  }
  const isPlain = !(node.agg_star || node.agg_distinct || node.agg_order || node.agg_filter || node.func_variadic);
  if (!isPlain || (isSpecial && !isReadable(node, name, at, cx))) {
    const help = `Write ${name}() with its values, separated by commas.`;
    return problem(cx, "expression/wrong-arguments", at, `${name}() takes plain arguments only.`, help);
  }
  if (!callable && name === "claim") return claimOf(node, at, cx, inner);
  if (!callable) return name === "metric" ? metricOf(node, at, cx, inner) : tryCast(node, at, cx, inner);
  const args = node.args ?? [];
  if (args.length < callable.min || args.length > callable.max) {
    const wanted = callable.max === callable.min ? String(callable.min) : `${callable.min} to ${callable.max}`;
    return problem(
      cx,
      "expression/wrong-arguments",
      at,
      `${name}() takes ${wanted} arguments, not ${args.length}.`,
      null,
    );
  }
  const made = args.map(inner);
  const [first, second] = made;
  if (first && (callable.fn === "date_trunc" || callable.fn === "date_diff")) {
    return { ...call(callable.fn, unitOf(first, STANDARD_GRAINS, "grain", cx), ...made.slice(1)), at };
  }
  if (first && callable.fn === "date_part")
    return { ...call("date_part", unitOf(first, PARTS, "part", cx), ...made.slice(1)), at };
  if (first && second && callable.fn === "regexp_contains")
    return { ...call(callable.fn, first, checkedPattern(second, cx)), at };
  return { ...call(callable.fn, ...made), at };
}

/** COALESCE, GREATEST and LEAST, which the grammar knows by name. */
export function convertNamed(
  fn: "coalesce" | "greatest" | "least",
  node: { readonly args?: Node[]; readonly location?: number },
  cx: Context,
  inner: Inner,
): Placed {
  return { ...call(fn, ...(node.args ?? []).map(inner)), at: callRange(start(node.location, cx), cx) };
}

/** CAST(x AS type), x::type, and constants with their type in front: DATE '2026-01-31'. */
export function convertCast(node: TypeCast, cx: Context, inner: Inner): Placed {
  const value = inner(node.arg);
  const { typeName } = node;
  if (!typeName) return failed(value.at);
  const at = castRange(node, typeName, value, cx);
  const names = (typeName.names ?? []).map((part) => ("String" in part ? (part.String.sval ?? "") : ""));
  const [name = ""] = names.slice(-1);
  const isText = value.kind === "literal" && value.type === "string" && typeof value.value === "string";
  if (name === "interval" && isText) return interval(value.value, typeName, at, cx);
  const isKnown = names.length === 1 || names[0] === "pg_catalog";
  const type = isKnown && Object.hasOwn(TYPE_NAMES, name) ? TYPE_NAMES[name] : undefined;
  if (!type || typeName.arrayBounds || typeName.setof || typeName.pct_type) {
    return problem(
      cx,
      "expression/not-allowed",
      typeRange(typeName, cx),
      "There is no such type to cast to.",
      TYPES_HELP,
    );
  }
  if (typeName.typmods) {
    const help =
      type === "decimal" ? "Write CAST(x AS decimal); round(x, 2) limits the digits." : "Leave the brackets out.";
    return problem(
      cx,
      "expression/not-allowed",
      typeRange(typeName, cx),
      "Types have no length or precision here.",
      help,
    );
  }
  if (isText && (type === "date" || type === "timestamp" || type === "timestamptz")) {
    const made = timeLiteral(type, value.value);
    return made
      ? { ...made, at }
      : problem(cx, "expression/wrong-type", value.at, `This is no ${type}.`, TIME_HELP[type]);
  }
  return { kind: "cast", to: type, arg: value, isTry: false, at };
}

const PARTS = ["year", "quarter", "month", "day", "dow", "doy", "hour", "minute", "second"] as const;
const TYPES_HELP = "There are string, int, decimal, float, boolean, date, timestamp and timestamptz.";
const TIME_HELP = {
  date: "Write DATE '2026-01-31'.",
  timestamp: "Write TIMESTAMP '2026-01-31 13:00:00', without a zone.",
  timestamptz: "Write TIMESTAMPTZ '2026-01-31 13:00:00Z' or with an offset such as +01:00.",
} as const;

/** The special forms whose arguments come in the order of the plain call. */
function isReadable({ funcname, args = [] }: FuncCall, name: string, at: TextRange, cx: Context): boolean {
  const special = funcname?.at(-1);
  switch (name) {
    case "extract":
      return true;
    case "trim":
      return args.length === 1 && special !== undefined && "String" in special && special.String.sval === "btrim";
    case "substring": {
      const words = cx.tokens
        .slice(indexFrom(cx.tokens, at.start), indexFrom(cx.tokens, at.end))
        .filter((t) => t.kind === "word");
      const [, from] = args;
      const isMadeUp = from && "A_Const" in from && start(from.A_Const.location, cx) < 0;
      return !isMadeUp && !words.some((word) => word.text.toLowerCase() === "similar");
    }
    default:
      return false;
  }
}

/** The constant that names a grain or a part. PostgreSQL's isodow is our dow: Monday = 1. */
function unitOf(arg: Placed, known: readonly string[], what: string, cx: Context): Expr<FilterName> {
  const written = arg.kind === "literal" && arg.type === "string" ? String(arg.value).toLowerCase() : null;
  const unit = what === "part" && written === "isodow" ? "dow" : written;
  if (unit !== null && known.includes(unit)) return { ...literal("string", unit), at: arg.at };
  const message = unit === null ? `The ${what} must be written as a constant.` : `There is no ${what} '${unit}'.`;
  return problem(cx, "expression/wrong-arguments", arg.at, message, `There are ${known.join(", ")}.`);
}

/** The constant pattern, as it was written. */
function checkedPattern(arg: Placed, cx: Context): Placed {
  if (arg.kind !== "literal" || arg.type !== "string" || typeof arg.value !== "string") {
    const message = "The pattern must be written as a constant text.";
    return problem(cx, "expression/wrong-arguments", arg.at, message, "regexp_contains(s, '^a.*z$')");
  }
  const pattern = portablePattern(arg.value);
  return pattern.ok ? arg : problem(cx, "expression/wrong-arguments", arg.at, pattern.message, pattern.help);
}

function tryCast(node: FuncCall, at: TextRange, cx: Context, inner: Inner): Placed {
  const [arg, to, ...rest] = node.args ?? [];
  const written =
    to && "A_Const" in to && to.A_Const.sval ? tokenFrom(cx.tokens, start(to.A_Const.location, cx)) : undefined;
  const name = written ? stringOf(written).toLowerCase() : "";
  const type: ScalarType | undefined = Object.hasOwn(TYPE_NAMES, name) ? TYPE_NAMES[name] : undefined;
  if (!arg || rest.length > 0 || !type) {
    return problem(
      cx,
      "expression/wrong-arguments",
      written ?? at,
      "try_cast() takes a value and the name of a type.",
      `try_cast(x, 'int'). ${TYPES_HELP}`,
    );
  }
  return { kind: "cast", to: type, arg: inner(arg), isTry: true, at };
}

function metricOf(node: FuncCall, at: TextRange, cx: Context, inner: Inner): Placed {
  const names = (node.args ?? [])
    .map(inner)
    .map((arg) => (arg.kind === "literal" && arg.type === "string" ? String(arg.value) : null));
  const [metric, ...entities] = names.filter((name) => name !== null);
  if (metric === undefined || entities.length === 0 || names.includes(null)) {
    return problem(
      cx,
      names.length === 1 && metric !== undefined ? "expression/metric-without-entity" : "expression/wrong-arguments",
      at,
      "metric() takes the names of a metric and of its entity, as texts.",
      "metric('revenue', 'customer')",
    );
  }
  return { kind: "ref", ref: { kind: "metric", metric, entities }, at };
}

function claimOf(node: FuncCall, at: TextRange, cx: Context, inner: Inner): Placed {
  const [name, ...others] = (node.args ?? []).map(inner);
  if (others.length === 0 && name?.kind === "literal" && name.type === "string" && typeof name.value === "string") {
    return { kind: "ref", ref: { kind: "name", text: claimName(name.value) }, at };
  }
  const message = "claim() takes the name of a claim, as a text.";
  return problem(cx, "expression/wrong-arguments", at, message, "claim('tenant')");
}

/** INTERVAL '3 day', or with the unit behind: INTERVAL '3' DAY. */
function interval(written: string, typeName: TypeName, at: TextRange, cx: Context): Placed {
  const [qualifier, ...rest] = typeName.typmods ?? [];
  const mask = qualifier && "A_Const" in qualifier ? String(qualifier.A_Const.ival?.ival) : "";
  const isUnit = Object.hasOwn(INTERVAL_MASKS, mask) && rest.length === 0;
  const made = qualifier ? (isUnit ? intervalCall(`${written} ${INTERVAL_MASKS[mask]}`) : null) : intervalCall(written);
  if (made) return { ...made, at };
  const help = `Write one count and one unit: INTERVAL '3 day'. Units: ${INTERVAL_GRAINS.join(", ")}.`;
  return problem(cx, "expression/wrong-arguments", at, "This interval is not read.", help);
}

/** How PostgreSQL notes the unit behind an interval: one bit a field. */
const INTERVAL_MASKS: Readonly<Record<string, string>> = {
  "2": "month",
  "4": "year",
  "8": "day",
  "1024": "hour",
  "2048": "minute",
  "4096": "second",
};

function castRange(node: TypeCast, typeName: TypeName, value: Placed, cx: Context): TextRange {
  const from = start(node.location, cx);
  const type = typeRange(typeName, cx);
  if (from < 0) {
    const after = cx.tokens[indexFrom(cx.tokens, value.at.end)];
    const hasUnit =
      typeName.typmods !== undefined && after?.kind === "word" && isStandardGrain(after.text.toLowerCase());
    return { start: type.start, end: hasUnit ? after.end : value.at.end };
  }
  if (cx.text.startsWith("::", from)) return { start: bracketed(value.at, cx).start, end: type.end };
  return callRange(from, cx);
}

/** The words of a type and its brackets: `double precision`, `numeric(10, 2)`, `int[]`. */
function typeRange(typeName: TypeName, cx: Context): TextRange {
  const from = start(typeName.location, cx);
  let index = indexFrom(cx.tokens, from);
  while (MORE_OF_TYPE.has(cx.tokens[index + 1]?.text.toLowerCase() ?? "")) index++;
  while (["(", "["].includes(cx.tokens[index + 1]?.text ?? "")) index = indexOfClose(cx.tokens, index + 1);
  return { start: from, end: cx.tokens[index]?.end ?? cx.text.length };
}

const MORE_OF_TYPE = new Set(["precision", "varying", "with", "without", "time", "zone"]);
