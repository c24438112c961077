import type { A_Expr, Node } from "libpg-query";
import { volatile } from "./calls.ts";
import { type Context, failed, type Placed, problem, start, wholeText } from "./context.ts";
import type { TextRange } from "./expr.ts";
import { indexFrom, indexOfClose } from "./tokens.ts";

/** Says why a part of PostgreSQL's grammar is not let through. */
export function refuseNode(node: Node, cx: Context): Placed {
  if ("A_Expr" in node) return refuseOperator(node.A_Expr, cx);
  const at = rangeOf(node, cx);
  if ("SQLValueFunction" in node) {
    const word = cx.text.slice(at.start, at.end).toLowerCase();
    if (/date|time/.test(word)) {
      cx.problems.push(volatile(word, at));
      return failed(at);
    }
    return problem(
      cx,
      "expression/not-allowed",
      at,
      `${word} says who runs the query, so it is not allowed.`,
      `For a name write "${word}".`,
    );
  }
  const kind = Object.keys(node)[0] ?? "";
  const [message, help] = REASONS[kind] ?? ["This part of SQL is not allowed in an expression.", null];
  return problem(cx, "expression/not-allowed", at, message, help);
}

const REASONS: Readonly<Record<string, readonly [message: string, help: string | null]>> = {
  SubLink: ["A subquery is not allowed.", "Join through a dimension, or filter by metric('name', 'entity')."],
  RowExpr: ["One value is wanted here, not a list.", "Leave out the comma; lists belong after IN."],
  A_ArrayExpr: ["Arrays are not allowed.", "For a choice of values write x IN (a, b)."],
  A_Indirection: ["Parts of arrays and records cannot be taken.", "Write the bare name of a column."],
  CollateClause: ["COLLATE is not allowed.", "Text is compared byte by byte; use lower(s) to ignore case."],
  NamedArgExpr: ["Arguments have no names here.", "Give them in order."],
  SetToDefault: ["DEFAULT is not a value.", null],
};

const INSTEAD: Readonly<Record<string, string>> = {
  "==": "Write a = b.",
  "^": "Write power(a, b).",
  "**": "Write power(a, b).",
  "//": "Write floor(a / b).",
  "&&": "Write a AND b.",
  "!": "Write NOT a.",
  "~": "Write regexp_contains(s, 'pattern').",
  "~*": "Write regexp_contains(lower(s), 'pattern').",
  "!~": "Write NOT regexp_contains(s, 'pattern').",
  "!~*": "Write NOT regexp_contains(lower(s), 'pattern').",
  "~~": "Write s LIKE pattern.",
  "+": "Leave the plus out.",
};

function refuseOperator(expr: A_Expr, cx: Context): Placed {
  const from = start(expr.location, cx);
  const token = cx.tokens[indexFrom(cx.tokens, from)];
  if (expr.kind === "AEXPR_OP_ANY" || expr.kind === "AEXPR_OP_ALL") {
    const at = { start: from, end: token?.end ?? from };
    return problem(
      cx,
      "expression/not-allowed",
      at,
      "ANY and ALL are not allowed.",
      "For a choice of values write x IN (a, b).",
    );
  }
  const name = (expr.name ?? []).map((part) => ("String" in part ? part.String.sval : "")).join(".");
  const isWord = token?.start === from && token.kind === "word";
  const at = { start: from, end: isWord ? token.end : from + name.length };
  const written = cx.text.slice(at.start, at.end);
  const glued = /[-+]$/.test(name) && name.length > 1 ? "Put a space before the sign." : null;
  const help = Object.hasOwn(INSTEAD, name) && !isWord ? INSTEAD[name] : glued;
  const what = expr.kind === "AEXPR_OP" ? written : name || written;
  return problem(cx, "expression/not-allowed", at, `The operator ${what} is not allowed.`, help ?? null);
}

/** From the node's own place over the brackets that follow it. */
function rangeOf(node: Node, cx: Context): TextRange {
  const from = firstLocation(node) + cx.shift;
  if (from < 0) return wholeText(cx);
  const index = indexFrom(cx.tokens, from);
  const token = cx.tokens[index];
  const next = cx.tokens[index + 1]?.text;
  const opens = token?.text === "(" ? index : next === "(" || next === "[" ? index + 1 : null;
  const last = opens === null ? token : cx.tokens[indexOfClose(cx.tokens, opens)];
  return { start: from, end: last?.end ?? cx.text.length };
}

/** The node's location, else the first one inside it. */
function firstLocation(node: Node): number {
  const own: unknown = Object.values(node)[0];
  if (hasLocation(own)) return own.location;
  let first = Infinity;
  const open: unknown[] = [node];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item !== "object" || item === null) continue;
    if (hasLocation(item)) first = Math.min(first, item.location);
    open.push(...Object.values(item));
  }
  return Number.isFinite(first) ? first : -1;
}

function hasLocation(value: unknown): value is { readonly location: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "location" in value &&
    typeof value.location === "number" &&
    value.location >= 0
  );
}
