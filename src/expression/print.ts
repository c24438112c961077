import { numberLiteral } from "./constants.ts";
import type { Call, Expr, FilterName, Literal, ScalarType } from "./expr.ts";
import type { FunctionName } from "./functions.ts";
import { withoutTemplates } from "./tokens.ts";

/**
 * The canonical text: one spelling a tree, keywords in upper case, no bracket that is not needed. Parsing it gives the
 * same tree again. Not SQL for an engine: `src/sql` writes that.
 *
 * @param printRef Spells a reference as one name: `printName` or `printFilterName`.
 */
export function print<R>(expr: Expr<R>, printRef: (ref: R) => string): string {
  return printAt(expr, 0, printRef);
}

/** A bare name, in double quotes where it would otherwise be read as something else. */
export function printName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A name of the filter language: `customer__region`, `metric('revenue', 'customer')`. */
export function printFilterName(name: FilterName): string {
  if (name.kind === "name") return printName(name.text);
  return `metric(${[name.metric, ...name.entities].map(quoted).join(", ")})`;
}

/** What a constant is compared with; a `time` of any kind is written as ISO 8601 text. */
export type ConstantType = Exclude<ScalarType, "interval" | "unknown"> | "time";

/**
 * A constant of the filter language for a value that somebody else gave: it reads back as exactly that value, whatever
 * is in it. A text that no filter can hold (NUL, half of a surrogate pair) is refused where the filter is read.
 *
 * @param value Digits for numbers; a leading plus is dropped.
 * @throws Error for what is no number or no boolean: whoever took the value has checked it.
 */
export function printFilterConstant(type: ConstantType, value: string | number | bigint | boolean): string {
  switch (type) {
    case "int":
    case "decimal":
    case "float": {
      const digits = String(value).replace(/^\+/, "");
      if (!numberLiteral(digits)) throw new Error("A constant is no number");
      return digits;
    }
    case "boolean":
      if (typeof value !== "boolean") throw new Error("A constant is no boolean");
      return String(value);
    case "string":
    case "time":
    case "date":
    case "timestamp":
    case "timestamptz":
      return quoted(withoutTemplates(String(value)));
  }
}

/** How tightly the operators bind, after PostgreSQL's grammar. @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html */
const OR = 1;
const AND = 2;
const NOT = 3;
const IS = 4;
const COMPARISON = 5;
const LIKE = 6;
const OTHER = 7;
const SUM = 8;
const PRODUCT = 9;
const SIGN = 10;
const ATOM = 11;

interface Spelling {
  readonly text: string;
  readonly binds: number;
}

function printAt<R>(expr: Expr<R>, least: number, printRef: (ref: R) => string): string {
  const { text, binds } = spell(expr, printRef);
  return binds < least ? `(${text})` : text;
}

function spell<R>(expr: Expr<R>, printRef: (ref: R) => string): Spelling {
  const plain = (inner: Expr<R>) => printAt(inner, 0, printRef);
  switch (expr.kind) {
    case "literal":
      return { text: printLiteral(expr), binds: ATOM };
    case "ref":
      return { text: printRef(expr.ref), binds: ATOM };
    case "cast":
      return {
        text: expr.isTry ? `try_cast(${plain(expr.arg)}, '${expr.to}')` : `CAST(${plain(expr.arg)} AS ${expr.to})`,
        binds: ATOM,
      };
    case "case": {
      const branches = expr.branches.map(({ when, value }) => ` WHEN ${plain(when)} THEN ${plain(value)}`);
      return {
        text: `CASE${branches.join("")}${expr.otherwise ? ` ELSE ${plain(expr.otherwise)}` : ""} END`,
        binds: ATOM,
      };
    }
    case "call":
      return spellCall(expr, printRef);
  }
}

function spellCall<R>({ fn, args }: Call<R>, printRef: (ref: R) => string): Spelling {
  const [first, second] = args;
  const arg = (expr: Expr<R> | undefined, least: number) => (expr ? printAt(expr, least, printRef) : "");
  const infix = (operator: string, binds: number, left: number, right: number): Spelling => ({
    text: args.map((expr, index) => arg(expr, index === 0 ? left : right)).join(` ${operator} `),
    binds,
  });
  switch (fn) {
    case "or":
      return infix("OR", OR, OR, OR);
    case "and":
      return infix("AND", AND, AND, AND);
    case "not":
      return first?.kind === "call" && NEGATABLE.has(first.fn)
        ? spellTest(first, "NOT ", arg)
        : { text: `NOT ${arg(first, NOT)}`, binds: NOT };
    case "is_null":
      return { text: `${arg(first, COMPARISON)} IS NULL`, binds: IS };
    case "is_not_null":
      return { text: `${arg(first, COMPARISON)} IS NOT NULL`, binds: IS };
    case "is_distinct_from":
      return infix("IS DISTINCT FROM", IS, COMPARISON, COMPARISON);
    case "is_not_distinct_from":
      return infix("IS NOT DISTINCT FROM", IS, COMPARISON, COMPARISON);
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return infix(fn, COMPARISON, LIKE, LIKE);
    case "in":
    case "like":
    case "ilike":
      return spellTest({ kind: "call", fn, args }, "", arg);
    case "||":
      return infix(fn, OTHER, OTHER, SUM);
    case "+":
    case "-":
      return infix(fn, SUM, SUM, PRODUCT);
    case "*":
    case "/":
    case "%":
      return infix(fn, PRODUCT, PRODUCT, SIGN);
    case "negate": {
      const text = arg(first, SIGN);
      return { text: text.startsWith("-") ? `-(${text})` : `-${text}`, binds: SIGN };
    }
    case "date_part":
      return { text: `EXTRACT(${constant(first)} FROM ${arg(second, 0)})`, binds: ATOM };
    case "make_interval":
      return { text: `INTERVAL '${constant(first)} ${constant(second)}'`, binds: ATOM };
    case "abs":
    case "sign":
    case "round":
    case "floor":
    case "ceil":
    case "sqrt":
    case "power":
    case "ln":
    case "exp":
    case "coalesce":
    case "nullif":
    case "greatest":
    case "least":
    case "concat":
    case "lower":
    case "upper":
    case "trim":
    case "length":
    case "substring":
    case "replace":
    case "starts_with":
    case "ends_with":
    case "contains":
    case "regexp_contains":
    case "hash":
    case "date_trunc":
    case "date_diff":
    case "to_zone":
    case "from_zone":
      return { text: `${fn}(${args.map((expr) => arg(expr, 0)).join(", ")})`, binds: ATOM };
  }
}

const NEGATABLE: ReadonlySet<FunctionName> = new Set(["in", "like", "ilike"]);

/** `a NOT IN (b, c)`, `a LIKE b`. */
function spellTest<R>(
  { fn, args }: Call<R>,
  not: string,
  arg: (expr: Expr<R> | undefined, least: number) => string,
): Spelling {
  const [subject, ...rest] = args;
  const operand = fn === "in" ? `(${rest.map((expr) => arg(expr, 0)).join(", ")})` : arg(rest[0], OTHER);
  return { text: `${arg(subject, OTHER)} ${not}${fn.toUpperCase()} ${operand}`, binds: LIKE };
}

function printLiteral({ type, value }: Literal): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  switch (type) {
    case "int":
      return value;
    case "decimal":
      // Without a point it would be read as an integer, unless it is too long for one.
      return value.includes(".") || value.length > 20 || isBeyondInt64(value) ? value : `${value}.`;
    case "float":
      return /e/i.test(value) ? value : `${value}e0`;
    case "date":
    case "timestamp":
    case "timestamptz":
    case "interval":
      return `${type.toUpperCase()} ${quoted(value)}`;
    case "string":
    case "boolean":
    case "unknown":
      return quoted(value);
  }
}

function isBeyondInt64(digits: string): boolean {
  const value = BigInt(digits);
  return value < -(2n ** 63n) || value >= 2n ** 63n;
}

function constant<R>(expr: Expr<R> | undefined): string {
  return expr?.kind === "literal" ? String(expr.value) : "";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Every word that PostgreSQL does not take as a bare name in every place.
 * @see https://www.postgresql.org/docs/18/sql-keywords-appendix.html
 */
const KEYWORDS = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char " +
    "character check coalesce collate collation column concurrently constraint create cross current_catalog current_date " +
    "current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do " +
    "else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike " +
    "in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists " +
    "json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like " +
    "limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset " +
    "on only or order out outer overlaps overlay placing position precision primary real references returning right row select " +
    "session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing " +
    "treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat " +
    "xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
  ).split(" "),
);
