import type { A_Const, A_Expr, CaseExpr, ColumnRef, Node } from "libpg-query";
import { call, literal } from "./build.ts";
import { numberLiteral } from "./constants.ts";
import {
  bracketed,
  type Context,
  callRange,
  failed,
  type Inner,
  type Placed,
  problem,
  qualified,
  start,
  wholeText,
} from "./context.ts";
import { convertCall, convertCast, convertNamed } from "./convert-call.ts";
import type { Call, Expr, FilterName, TextRange } from "./expr.ts";
import type { FunctionName } from "./functions.ts";
import { refuseNode } from "./refuse.ts";
import {
  findToken,
  indexFrom,
  MAX_DEPTH,
  MAX_LENGTH,
  nameOf,
  stringOf,
  type Token,
  tokenFrom,
  tooDeep,
} from "./tokens.ts";

/**
 * PostgreSQL's parse tree as one of ours. Only what is listed here is let through; sugar is rewritten (BETWEEN, simple
 * CASE, IS TRUE, NOT LIKE), nested AND and OR become one.
 */
export function convert(node: Node, cx: Context, depth = 0): Placed {
  if (depth > MAX_DEPTH) {
    if (!cx.isTooDeep) cx.problems.push(tooDeep(wholeText(cx)));
    cx.isTooDeep = true;
    return failed(wholeText(cx));
  }
  const inner = (child: Node | undefined) => (child ? convert(child, cx, depth + 1) : failed(wholeText(cx)));
  if ("A_Const" in node) return convertConstant(node.A_Const, cx);
  if ("ColumnRef" in node) return convertName(node.ColumnRef, cx);
  if ("A_Expr" in node) return convertOperator(node, node.A_Expr, cx, inner);
  if ("FuncCall" in node) return convertCall(node.FuncCall, cx, inner);
  if ("TypeCast" in node) return convertCast(node.TypeCast, cx, inner);
  if ("CaseExpr" in node) return convertCase(node.CaseExpr, cx, inner);
  if ("CoalesceExpr" in node) return convertNamed("coalesce", node.CoalesceExpr, cx, inner);
  if ("MinMaxExpr" in node) {
    return convertNamed(node.MinMaxExpr.op === "IS_GREATEST" ? "greatest" : "least", node.MinMaxExpr, cx, inner);
  }
  if ("BoolExpr" in node) {
    const { boolop, args = [], location } = node.BoolExpr;
    if (boolop === "NOT_EXPR") return not(inner(args[0]), cx, start(location, cx));
    return joined(boolop === "AND_EXPR" ? "and" : "or", args.map(inner), cx);
  }
  if ("NullTest" in node) {
    const { arg, nulltesttype, location } = node.NullTest;
    const word = tokenFrom(cx.tokens, start(location, cx));
    const end = word?.text.toLowerCase() === "is" ? endOfWord(cx, word.end, "null") : (word?.end ?? cx.text.length);
    return suffixed(nulltesttype === "IS_NULL" ? "is_null" : "is_not_null", inner(arg), [], end, cx);
  }
  if ("BooleanTest" in node) {
    const { arg, booltesttype = "", location } = node.BooleanTest;
    const isNegated = booltesttype.startsWith("IS_NOT_");
    const value = booltesttype.slice(isNegated ? 7 : 3);
    const end = endOfWord(cx, start(location, cx), value.toLowerCase());
    if (value === "UNKNOWN") return suffixed(isNegated ? "is_not_null" : "is_null", inner(arg), [], end, cx);
    const fn = isNegated ? "is_distinct_from" : "is_not_distinct_from";
    return suffixed(fn, inner(arg), [literal("boolean", value === "TRUE")], end, cx);
  }
  return refuseNode(node, cx);
}

function convertConstant(constant: A_Const, cx: Context): Placed {
  const from = start(constant.location, cx);
  // A sign before a text moves the text's location to the sign.
  const token = findToken(cx.tokens, from, ({ kind }) => kind !== "symbol");
  if (from < 0 || !token) return problem(cx, "expression/syntax", wholeText(cx), "This form is not read.", null);
  const at = { start: token.start, end: token.end };
  if (constant.isnull) return { ...literal("unknown", null), at };
  if (constant.boolval) return { ...literal("boolean", constant.boolval.boolval === true), at };
  if (constant.sval) return { ...literal("string", stringOf(token)), at };
  const number = constant.ival
    ? numberLiteral(String(constant.ival.ival ?? 0))
    : numberLiteral(constant.fval?.fval ?? "");
  const place = numberRange(from, cx);
  if (!number)
    return problem(cx, "expression/not-allowed", place, "This constant is not allowed.", "Write a number or 'text'.");
  return { ...number, at: place };
}

/** From the sign, if there is one, to the last digit and the brackets around it. */
function numberRange(from: number, cx: Context): TextRange {
  let index = indexFrom(cx.tokens, from);
  let open = 0;
  for (; index < cx.tokens.length && cx.tokens[index]?.kind !== "number"; index++)
    if (cx.tokens[index]?.text === "(") open++;
  return { start: from, end: cx.tokens[index + open]?.end ?? cx.text.length };
}

function convertName(column: ColumnRef, cx: Context): Placed {
  const from = start(column.location, cx);
  const index = indexFrom(cx.tokens, from);
  const token = cx.tokens[index];
  const fields = column.fields ?? [];
  const [, dot, last] = cx.tokens.slice(index, index + 3);
  if (token && dot && last && fields.length === 2 && cx.onAggregate && dot.text === "." && isWord(last)) {
    const text = qualified(nameOf(token), nameOf(last));
    return { kind: "ref", ref: { kind: "name", text }, at: { start: token.start, end: last.end } };
  }
  if (!token || fields.length !== 1) {
    const at = { start: from, end: cx.tokens[index + 2 * fields.length - 2]?.end ?? cx.text.length };
    const name = cx.text.slice(at.start, at.end);
    const help = cx.inFilter
      ? "Write entity__dimension, with two underscores."
      : "Write the bare name: the model is known.";
    return problem(cx, "expression/bad-name", at, `${name} is written with a dot; names have none here.`, help);
  }
  const at = { start: token.start, end: token.end };
  return { kind: "ref", ref: token.name ?? { kind: "name", text: nameOf(token) }, at };
}

function isWord({ kind }: Token): boolean {
  return kind === "word" || kind === "quoted";
}

const BINARY = new Set<string>([
  "+",
  "-",
  "*",
  "/",
  "%",
  "||",
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
] satisfies FunctionName[]);

function isBinary(name: string): name is FunctionName {
  return BINARY.has(name);
}

function convertOperator(node: Node, expr: A_Expr, cx: Context, inner: Inner): Placed {
  const names = (expr.name ?? []).map((part) => ("String" in part ? (part.String.sval ?? "") : ""));
  const [name = ""] = names;
  const binary = (fn: FunctionName) => operation(fn, [inner(expr.lexpr), inner(expr.rexpr)], cx);
  const { kind } = expr;
  if (kind === undefined) return refuseNode(node, cx);
  switch (kind) {
    case "AEXPR_OP":
      if (names.length !== 1) return refuseNode(node, cx);
      if (!expr.lexpr && name === "-") {
        const operand = inner(expr.rexpr);
        return {
          ...call("negate", operand),
          at: { start: start(expr.location, cx), end: bracketed(operand.at, cx).end },
        };
      }
      return expr.lexpr && isBinary(name) ? binary(name) : refuseNode(node, cx);
    case "AEXPR_DISTINCT":
      return binary("is_distinct_from");
    case "AEXPR_NOT_DISTINCT":
      return binary("is_not_distinct_from");
    case "AEXPR_NULLIF": {
      const at = callRange(start(expr.location, cx), cx);
      return { ...call("nullif", inner(expr.lexpr), inner(expr.rexpr)), at };
    }
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE": {
      const fn = kind === "AEXPR_LIKE" ? "like" : "ilike";
      const made = operation(fn, [inner(expr.lexpr), inner(patternOf(expr.rexpr, cx))], cx);
      return name.startsWith("!") ? { ...call("not", made), at: made.at } : made;
    }
    case "AEXPR_IN": {
      const subject = inner(expr.lexpr);
      const end = start(expr.rexpr_list_end, cx) + 1;
      const made = suffixed("in", subject, itemsOf(expr.rexpr).map(inner), end, cx);
      return name === "<>" ? { ...call("not", made), at: made.at } : made;
    }
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN": {
      const subject = inner(expr.lexpr);
      const [low, high] = itemsOf(expr.rexpr).map(inner);
      if (!low || !high) return refuseNode(node, cx);
      const at = { start: bracketed(subject.at, cx).start, end: bracketed(high.at, cx).end };
      if (!mayCopy(subject, 1, cx)) return failed(at);
      const made: Placed = {
        ...call("and", { ...call(">=", subject, low), at }, { ...call("<=", subject, high), at }),
        at,
      };
      return kind === "AEXPR_BETWEEN" ? made : { ...call("not", made), at };
    }
    case "AEXPR_BETWEEN_SYM":
    case "AEXPR_NOT_BETWEEN_SYM":
    case "AEXPR_OP_ALL":
    case "AEXPR_OP_ANY":
    case "AEXPR_SIMILAR":
      return refuseNode(node, cx);
  }
}

/** The pattern of LIKE; ESCAPE may only name the backslash, which escapes anyway. */
function patternOf(node: Node | undefined, cx: Context): Node | undefined {
  if (!node || !("FuncCall" in node) || node.FuncCall.funcformat !== "COERCE_EXPLICIT_CALL") return node;
  const [schema, name] = node.FuncCall.funcname ?? [];
  const isEscape = schema && name && "String" in name && name.String.sval === "like_escape";
  const [pattern, escape] = node.FuncCall.args ?? [];
  if (!isEscape || !escape || !("A_Const" in escape)) return node;
  const token = tokenFrom(cx.tokens, start(escape.A_Const.location, cx));
  if (token && stringOf(token) !== "\\") {
    problem(
      cx,
      "expression/not-allowed",
      token,
      "Only the backslash escapes in a pattern.",
      "Write '100\\%' for a percent sign.",
    );
  }
  return pattern;
}

function convertCase(node: CaseExpr, cx: Context, inner: Inner): Placed {
  const from = start(node.location, cx);
  const at = { start: from, end: endOfCase(from, cx) };
  const subject = node.arg ? inner(node.arg) : null;
  const whens = (node.args ?? []).flatMap((item) => ("CaseWhen" in item ? [item.CaseWhen] : []));
  if (subject && !mayCopy(subject, whens.length - 1, cx)) return failed(at);
  const branches = whens.map(({ expr, result }) => {
    const when = inner(expr);
    return { when: subject ? { ...call("=", subject, when), at: when.at } : when, value: inner(result) };
  });
  return { kind: "case", branches, otherwise: node.defresult ? inner(node.defresult) : null, at };
}

/** End of the END that belongs to the CASE at `from`. */
function endOfCase(from: number, cx: Context): number {
  let depth = 0;
  const end = findToken(cx.tokens, from, ({ kind, text }) => {
    const word = kind === "word" ? text.toLowerCase() : "";
    if (word === "case") depth++;
    return word === "end" && --depth === 0;
  });
  return end?.end ?? cx.text.length;
}

/** Sugar that repeats what was written once could double a tree at each level: bounded like the text itself. */
function mayCopy(expr: Placed, times: number, cx: Context): boolean {
  const isOver = cx.copied > MAX_LENGTH;
  if (!isOver) cx.copied += sizeOf(expr) * times;
  if (cx.copied <= MAX_LENGTH) return true;
  if (!isOver)
    problem(
      cx,
      "expression/not-allowed",
      expr.at,
      "This expression repeats too much.",
      "Split it into several dimensions.",
    );
  return false;
}

function sizeOf(expr: Expr<FilterName>): number {
  switch (expr.kind) {
    case "literal":
    case "ref":
      return 1;
    case "call":
      return expr.args.reduce((sum, arg) => sum + sizeOf(arg), 1);
    case "cast":
      return 1 + sizeOf(expr.arg);
    case "case":
      return expr.branches.reduce(
        (sum, b) => sum + sizeOf(b.when) + sizeOf(b.value),
        expr.otherwise ? sizeOf(expr.otherwise) : 1,
      );
  }
}

/** An operator and its operands, from the first to the last. */
function operation(fn: FunctionName, args: readonly [Placed, ...Placed[]], cx: Context): Placed {
  const last = args.at(-1) ?? args[0];
  return { ...call(fn, ...args), at: { start: bracketed(args[0].at, cx).start, end: bracketed(last.at, cx).end } };
}

/** AND or OR over all its operands, those of nested ones included. */
function joined(fn: "and" | "or", args: readonly Placed[], cx: Context): Placed {
  const [first, ...rest] = args;
  if (!first) return failed(wholeText(cx));
  const { at } = operation(fn, [first, ...rest], cx);
  const isSame = (arg: Expr<FilterName>): arg is Call<FilterName> => arg.kind === "call" && arg.fn === fn;
  return { ...call(fn, ...args.flatMap((arg) => (isSame(arg) ? arg.args : [arg]))), at };
}

function not(arg: Placed, cx: Context, from: number): Placed {
  return { ...call("not", arg), at: { start: from, end: bracketed(arg.at, cx).end } };
}

function suffixed(fn: FunctionName, arg: Placed, more: readonly Expr<FilterName>[], end: number, cx: Context): Placed {
  return { ...call(fn, arg, ...more), at: { start: bracketed(arg.at, cx).start, end } };
}

function itemsOf(node: Node | undefined): readonly Node[] {
  return node && "List" in node ? (node.List.items ?? []) : [];
}

function endOfWord(cx: Context, from: number, word: string): number {
  const token = findToken(cx.tokens, from, ({ text }) => text.toLowerCase() === word);
  return token?.end ?? cx.text.length;
}
