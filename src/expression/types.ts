import { isTimeText } from "./constants.ts";
import type { Call, Case, Cast, Expr, ScalarType, TextRange } from "./expr.ts";
import type { FunctionName } from "./functions.ts";
import type { Problem } from "./problem.ts";

export interface Typed {
  readonly type: ScalarType;
  readonly problems: readonly Problem[];
}

/**
 * What an expression is, and where its parts do not fit together. Numbers of all kinds mix, as do times of all kinds;
 * a time also takes an ISO text. What is unknown, and NULL, fits everywhere; the result of a problem is unknown, so
 * that one mistake is reported once.
 */
export function typeOf<R>(expr: Expr<R>, typeOfRef: (ref: R) => ScalarType): Typed {
  const problems: Problem[] = [];
  const type = check(expr, { typeOfRef, problems });
  return { type, problems };
}

interface Checking<R> {
  readonly typeOfRef: (ref: R) => ScalarType;
  readonly problems: Problem[];
}

function check<R>(expr: Expr<R>, checking: Checking<R>): ScalarType {
  switch (expr.kind) {
    case "literal":
      return expr.value === null ? "unknown" : expr.type;
    case "ref":
      return checking.typeOfRef(expr.ref);
    case "call":
      return checkCall(expr, checking);
    case "cast":
      return checkCast(expr, checking);
    case "case":
      return checkCase(expr, checking);
  }
}

type Operand<R> = { readonly expr: Expr<R>; readonly type: ScalarType };

function checkCall<R>(expr: Call<R>, checking: Checking<R>): ScalarType {
  const args = expr.args.map((arg): Operand<R> => ({ expr: arg, type: check(arg, checking) }));
  const { fn } = expr;
  const all = (family: Family) => args.forEach((arg) => void want(arg, family, fn, checking));
  switch (fn) {
    case "and":
    case "or":
    case "not":
      all("boolean");
      return "boolean";
    case "is_null":
    case "is_not_null":
      return "boolean";
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "is_distinct_from":
    case "is_not_distinct_from":
    case "in":
      common(args, checking);
      return "boolean";
    case "like":
    case "ilike":
    case "starts_with":
    case "ends_with":
    case "contains":
    case "regexp_contains":
      all("text");
      return "boolean";
    case "+":
    case "-":
      return checkSum(fn, args, expr, checking);
    case "*":
    case "%":
    case "negate":
    case "abs":
    case "floor":
    case "ceil":
      all("number");
      return widest(args);
    case "sign":
      all("number");
      return "int";
    case "round":
      all("number");
      wantInt(args[1], fn, checking);
      return widest(args.slice(0, 1));
    case "/":
    case "sqrt":
    case "power":
    case "ln":
    case "exp":
      all("number");
      return "float";
    case "coalesce":
    case "greatest":
    case "least":
      return common(args, checking);
    case "nullif":
      common(args, checking);
      return args[0]?.type ?? "unknown";
    case "||":
    case "concat":
    case "lower":
    case "upper":
    case "trim":
    case "hash":
    case "replace":
      all("text");
      return "string";
    case "length":
      all("text");
      return "int";
    case "substring":
      args.slice(0, 1).forEach((arg) => void want(arg, "text", fn, checking));
      for (const count of args.slice(1)) wantInt(count, fn, checking);
      return "string";
    case "date_trunc":
      args.slice(1).forEach((arg) => void want(arg, "time", fn, checking));
      return args[1] && familyOf(args[1].type) === "time" ? args[1].type : "unknown";
    case "date_part":
    case "date_diff":
      args.slice(1).forEach((arg) => void want(arg, "time", fn, checking));
      return "int";
    case "to_zone":
    case "from_zone":
      args.slice(0, 1).forEach((arg) => void want(arg, "time", fn, checking));
      return fn === "to_zone" ? "timestamp" : "timestamptz";
    case "make_interval":
      return "interval";
  }
}

/** `+` and `-`: numbers, or a time and an interval. */
function checkSum<R>(fn: "+" | "-", args: readonly Operand<R>[], expr: Expr<R>, checking: Checking<R>): ScalarType {
  const [left, right] = args;
  if (!left || !right) return "unknown";
  const [a, b] = [familyOf(left.type), familyOf(right.type)];
  if (b === "interval" || (a === "interval" && fn === "+")) {
    const time = b === "interval" ? left : right;
    if (!want(time, "time", fn, checking)) return "unknown";
    return time.type === "date" ? "timestamp" : time.type;
  }
  if (a === "time" || b === "time") {
    if (a === "unknown" || b === "unknown") return "unknown";
    const help = a === b ? "Write date_diff('day', a, b) for the time between." : "Write t + INTERVAL '1 day'.";
    return wrong(expr, `${capital(words(left.type))} and ${words(right.type)} do not fit "${fn}".`, help, checking);
  }
  const fits = args.map((arg) => want(arg, "number", fn, checking));
  return fits.includes(false) ? "unknown" : widest(args);
}

function checkCast<R>(expr: Cast<R>, checking: Checking<R>): ScalarType {
  const from = check(expr.arg, checking);
  const [a, b] = [familyOf(from), familyOf(expr.to)];
  const isFine =
    a === "unknown" ||
    a === b ||
    (a !== "interval" && (a === "text" || b === "text")) ||
    (from === "int" && b === "boolean") ||
    (a === "boolean" && expr.to === "int");
  if (!isFine) wrong(expr, `${capital(words(from))} cannot be cast to ${expr.to}.`, null, checking);
  return expr.to;
}

function checkCase<R>(expr: Case<R>, checking: Checking<R>): ScalarType {
  const values: Operand<R>[] = [];
  for (const { when, value } of expr.branches) {
    want({ expr: when, type: check(when, checking) }, "boolean", "WHEN", checking);
    values.push({ expr: value, type: check(value, checking) });
  }
  if (expr.otherwise) values.push({ expr: expr.otherwise, type: check(expr.otherwise, checking) });
  return common(values, checking);
}

type Family = "text" | "number" | "boolean" | "time" | "interval" | "unknown";

function familyOf(type: ScalarType): Family {
  switch (type) {
    case "string":
      return "text";
    case "int":
    case "decimal":
    case "float":
      return "number";
    case "date":
    case "timestamp":
    case "timestamptz":
      return "time";
    case "boolean":
    case "interval":
    case "unknown":
      return type;
  }
}

/** The kind that holds all of them; they are compared with the first whose kind is known. */
function common<R>(operands: readonly Operand<R>[], checking: Checking<R>): ScalarType {
  const known = operands.filter(({ type }) => type !== "unknown");
  const first = known.find((operand) => !isText(operand)) ?? known[0];
  if (!first) return "unknown";
  const family = familyOf(first.type);
  let isFine = true;
  for (const operand of known) {
    if (familyOf(operand.type) === family) continue;
    if (family === "time" && isText(operand)) {
      if (isTimeText(operand.expr.value)) continue;
      const help = "Write '2026-01-31' or '2026-01-31 13:00:00'.";
      wrong(
        operand.expr,
        `'${operand.expr.value}' is compared with ${words(first.type)} but is no date.`,
        help,
        checking,
      );
    } else {
      // The constant is the part to change, whichever side it stands on.
      const odd = isConstant(first) && !isConstant(operand) ? first : operand;
      const other = odd === first ? operand : first;
      wrong(
        odd.expr,
        `${capital(words(odd.type))} does not go with ${words(other.type)}.`,
        wayOut(odd.type, other.type),
        checking,
      );
    }
    isFine = false;
  }
  const isOpen = operands.some(({ expr, type }) => type === "unknown" && expr.kind !== "literal");
  if (!isFine || isOpen) return "unknown";
  return family === "number" || family === "time"
    ? widest(known.filter((operand) => familyOf(operand.type) === family))
    : first.type;
}

function isConstant<R>({ expr }: Operand<R>): boolean {
  return expr.kind === "literal";
}

function isText<R>(
  operand: Operand<R>,
): operand is Operand<R> & { readonly expr: { readonly kind: "literal"; readonly value: string } } {
  return operand.expr.kind === "literal" && operand.type === "string" && typeof operand.expr.value === "string";
}

const WIDTH: Readonly<Partial<Record<ScalarType, number>>> = {
  int: 1,
  decimal: 2,
  float: 3,
  date: 1,
  timestamp: 2,
  timestamptz: 3,
};

function widest<R>(operands: readonly Operand<R>[]): ScalarType {
  const types = operands.map(({ type }) => type);
  if (types.some((type) => WIDTH[type] === undefined)) return "unknown";
  return types.reduce((a, b) => ((WIDTH[b] ?? 0) > (WIDTH[a] ?? 0) ? b : a), types[0] ?? "unknown");
}

const WANTED: Readonly<Record<Family, string>> = {
  text: "text",
  number: "a number",
  boolean: "a condition",
  time: "a date or timestamp",
  interval: "an interval",
  unknown: "anything",
};

/** @returns Whether the operand is of the family, as far as is known. */
function want<R>(operand: Operand<R>, family: Family, of: FunctionName | "WHEN", checking: Checking<R>): boolean {
  const actual = familyOf(operand.type);
  if (actual === family || actual === "unknown") return true;
  const help =
    family === "time" && isText(operand)
      ? "Write DATE '2026-01-31' for a constant."
      : family === "text"
        ? CAST_TO_TEXT
        : null;
  wrong(
    operand.expr,
    `${NAMES[of] ?? `${of}()`} wants ${WANTED[family]}, but this is ${words(operand.type)}.`,
    help,
    checking,
  );
  return false;
}

function wantInt<R>(operand: Operand<R> | undefined, fn: FunctionName, checking: Checking<R>): void {
  if (!operand || operand.type === "int" || operand.type === "unknown") return;
  wrong(operand.expr, `${fn}() wants a whole number, but this is ${words(operand.type)}.`, null, checking);
}

const CAST_TO_TEXT = "Write CAST(x AS string).";

const NAMES: Readonly<Partial<Record<string, string>>> = {
  and: "AND",
  or: "OR",
  not: "NOT",
  like: "LIKE",
  ilike: "ILIKE",
  negate: '"-"',
  WHEN: "WHEN",
  date_part: "EXTRACT",
  ...Object.fromEntries(["+", "-", "*", "/", "%", "||"].map((operator) => [operator, `"${operator}"`])),
};

function wayOut(odd: ScalarType, other: ScalarType): string | null {
  if (odd === "string" && familyOf(other) === "number") return "Write a number without quotes, or CAST one side.";
  if (other === "string") return `Write text in quotes: 'text', or CAST one side.`;
  if (odd === "string" && other === "boolean") return "Write TRUE or FALSE without quotes.";
  return null;
}

function words(type: ScalarType): string {
  if (type === "string") return "text";
  return type === "int" || type === "interval" ? `an ${type}` : `a ${type}`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function wrong<R>(at: Expr<R>, message: string, help: string | null, checking: Checking<R>): "unknown" {
  checking.problems.push({ code: "expression/wrong-type", message, help, at: at.at ?? NOWHERE });
  return "unknown";
}

/** The place of trees that were made by code. */
const NOWHERE: TextRange = { start: 0, end: 0 };
