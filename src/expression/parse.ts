import { type FuncCall, hasSqlDetails, loadModule, type Node, parseSync } from "libpg-query";
import { remembered } from "../std/index.ts";
import { type Context, claimIn, type Placed, wholeText } from "./context.ts";
import { convert } from "./convert.ts";
import { type AggregateOf, convertAggregate } from "./convert-aggregate.ts";
import { type Expr, type FilterName, mapRefs, type PolicyName, type TextRange } from "./expr.ts";
import { printName } from "./print.ts";
import type { Parsed, Problem } from "./problem.ts";
import { indexFrom, scan } from "./tokens.ts";

await loadModule();

/** Catalogs and callers repeat themselves, and a parse costs more than a hundred look-ups. */
const REMEMBERED = 5_000;

/** An expression over one row of a model; its names are columns. */
export const parseColumnExpression: (text: string) => Parsed<Expr<string>> = remembered(
  (text) => parse(text, false, (node, cx) => bareNames(convert(node, cx))),
  REMEMBERED,
);

/** An expression over metrics; its names are metrics or aliases of inputs. */
export function parseMetricExpression(text: string): Parsed<Expr<string>> {
  return parseColumnExpression(text);
}

/** A condition in the filter language; MetricFlow's templates may stand for names. */
export const parseFilter: (text: string) => Parsed<Expr<FilterName>> = remembered(
  (text) => parse(text, true, (node, cx) => convert(node, cx)),
  REMEMBERED,
);

/** A condition of a policy over a model's columns; `claim('tenant')` is what the caller's token says. */
export const parsePolicyCondition: (text: string) => Parsed<Expr<PolicyName>> = remembered(
  (text) => parse(text, false, (node, cx) => mapRefs(convert(node, { ...cx, mayClaim: true }), policyName)),
  REMEMBERED,
);

/** One aggregate of one expression: `sum(amount)`, `count(*)`, `percentile(amount, 0.95)`. */
export const parseAggregate: (text: string) => Parsed<AggregateOf<string>> = remembered(
  (text) =>
    parse(text, false, (node, cx) => {
      const { expr, ...aggregate } = convertAggregate(node, cx);
      return { ...aggregate, expr: bareNames(expr) };
    }),
  REMEMBERED,
);

const BEFORE = "SELECT (";

/**
 * Reads a text as exactly one value. The text is wrapped as the only target of a SELECT; its brackets and quotes are
 * known to balance, so it cannot close the wrapping, and the shape of the statement is checked all the same.
 */
export function parse<T>(
  text: string,
  inFilter: boolean,
  make: (node: Node, cx: Context) => T,
  onAggregate: ((node: FuncCall, at: TextRange, cx: Context) => Placed) | null = null,
): Parsed<T> {
  const scanned = scan(text, inFilter);
  if ("message" in scanned) return { ok: false, problems: [scanned] };
  const { tokens, masked } = scanned;
  const cx: Context = {
    text,
    tokens,
    inFilter,
    mayClaim: false,
    shift: -BEFORE.length,
    problems: [],
    copied: 0,
    isTooDeep: false,
    onAggregate: onAggregate && ((found, at) => onAggregate(found, at, cx)),
  };
  const node = parseValue(masked, cx);
  if ("message" in node) return { ok: false, problems: [node] };
  const value = make(node, cx);
  if (cx.problems.length === 0) return { ok: true, value };
  return { ok: false, problems: cx.problems.toSorted((a, b) => a.at.start - b.at.start) };
}

function parseValue(masked: string, cx: Context): Node | Problem {
  try {
    const { stmts = [] } = parseSync(`${BEFORE}${masked})`);
    const [statement] = stmts;
    const select =
      stmts.length === 1 && statement?.stmt && "SelectStmt" in statement.stmt ? statement.stmt.SelectStmt : null;
    const [target, ...others] = select?.targetList ?? [];
    const isBare = select && Object.keys(select).every((key) => BARE_SELECT.has(key));
    if (
      isBare &&
      others.length === 0 &&
      target &&
      "ResTarget" in target &&
      target.ResTarget.val &&
      !target.ResTarget.name
    ) {
      return target.ResTarget.val;
    }
    const help = "Write one value, such as amount * 2.";
    return {
      code: "expression/not-allowed",
      message: "This is a statement, not an expression.",
      help,
      at: wholeText(cx),
    };
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    return syntaxProblem(error.message, (error.sqlDetails?.cursorPosition ?? 0) - BEFORE.length, cx);
  }
}

const BARE_SELECT = new Set(["targetList", "limitOption", "op"]);

/** @param from Where the parser gave up: the offset of a token, or of our closing bracket. */
function syntaxProblem(message: string, from: number, { text, tokens }: Context): Problem {
  const index = indexFrom(tokens, from);
  const token = tokens[index];
  const code = "expression/syntax";
  if (!token) {
    const at = { start: text.length, end: text.length };
    return { code, message: "The expression ends too early: something is missing here.", help: null, at };
  }
  const at = { start: token.start, end: token.end };
  if (!message.startsWith("syntax error"))
    return { code, message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, help: null, at };
  const isAfterInterval = tokens[index - 1]?.text.toLowerCase() === "interval" && token.kind === "number";
  const word = token.text.toLowerCase();
  const isReserved = token.kind === "word" && printName(word) !== word && text[token.end] !== "(";
  const asName = isReserved ? `If it is a name, write it in double quotes: "${word}".` : null;
  const help = isAfterInterval ? "Write INTERVAL '3 day'." : asName;
  return {
    code,
    message: `${token.kind === "template" ? "This template" : token.text} is not expected here.`,
    help,
    at,
  };
}

function policyName(name: FilterName, at: TextRange | undefined): Expr<PolicyName> {
  const written = name.kind === "name" ? name.text : name.metric;
  const claim = claimIn(written);
  const found: PolicyName = claim === null ? { kind: "column", name: written } : { kind: "claim", name: claim };
  return { kind: "ref", ref: found, ...(at && { at }) };
}

function bareNames(expr: Expr<FilterName>): Expr<string> {
  return mapRefs(expr, (name, at) => ({
    kind: "ref",
    ref: name.kind === "name" ? name.text : name.metric,
    ...(at && { at }),
  }));
}
