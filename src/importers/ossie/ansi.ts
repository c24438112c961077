import { type Call, type Expr, type Literal, print, type ScalarType } from "../../expression/index.ts";

/** How tightly a text binds, so that brackets stand only where they are needed. */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const SUM = 5;
const PRODUCT = 6;
const ATOM = 7;

interface Spelling {
  readonly text: string;
  readonly binds: number;
}

/**
 * Standard SQL that means what the expression means here: divisions are true ones, and NULL where they cannot be done.
 * Where the standard has no word, the one that most engines have.
 *
 * @param spellRef Spells a reference as something that needs no brackets.
 */
export function printAnsi<R>(expr: Expr<R>, spellRef: (ref: R) => string): string {
  return spell(expr, spellRef).text;
}

function spell<R>(expr: Expr<R>, spellRef: (ref: R) => string): Spelling {
  const plain = (inner: Expr<R>) => spell(inner, spellRef).text;
  switch (expr.kind) {
    case "literal":
      return atom(spellLiteral(expr));
    case "ref":
      return atom(spellRef(expr.ref));
    case "cast":
      return atom(`${expr.isTry ? "TRY_CAST" : "CAST"}(${plain(expr.arg)} AS ${TYPES[expr.to]})`);
    case "case": {
      const branches = expr.branches.map(({ when, value }) => ` WHEN ${plain(when)} THEN ${plain(value)}`).join("");
      return atom(`CASE${branches}${expr.otherwise ? ` ELSE ${plain(expr.otherwise)}` : ""} END`);
    }
    case "call":
      return spellCall(expr, (inner) => spell(inner, spellRef));
  }
}

/** A decimal without digits would be a whole number in the standard. */
const TYPES: Readonly<Record<ScalarType, string>> = {
  string: "VARCHAR",
  int: "BIGINT",
  decimal: "DECIMAL(38, 9)",
  float: "DOUBLE PRECISION",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMP WITH TIME ZONE",
  interval: "INTERVAL",
  unknown: "VARCHAR",
};

function spellLiteral(literal: Literal): string {
  const text = print(literal, () => "");
  return literal.type === "timestamptz" && literal.value !== null
    ? text.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")
    : text;
}

function spellCall<R>({ fn, args }: Call<R>, spellArg: (arg: Expr<R>) => Spelling): Spelling {
  const at = (n: number, least = 0): string => {
    const arg = args[n];
    if (!arg) return "";
    const { text, binds } = spellArg(arg);
    return binds < least ? `(${text})` : text;
  };
  const all = (least = 0) => args.map((_, n) => at(n, least));
  const infix = (operator: string, binds: number, left: number, right: number): Spelling => ({
    text: args.map((_, n) => at(n, n === 0 ? left : right)).join(` ${operator} `),
    binds,
  });
  const plain = (name: string) => atom(`${name}(${all().join(", ")})`);
  const word = (n: number) => String(constantOf(args[n]));
  switch (fn) {
    case "or":
      return infix("OR", OR, OR, OR);
    case "and":
      return infix("AND", AND, AND, AND);
    case "not":
      return { text: `NOT ${at(0, COMPARISON + 1)}`, binds: NOT };
    case "is_null":
      return { text: `${at(0, SUM)} IS NULL`, binds: COMPARISON };
    case "is_not_null":
      return { text: `${at(0, SUM)} IS NOT NULL`, binds: COMPARISON };
    case "is_distinct_from":
      return infix("IS DISTINCT FROM", COMPARISON, SUM, SUM);
    case "is_not_distinct_from":
      return infix("IS NOT DISTINCT FROM", COMPARISON, SUM, SUM);
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return infix(fn, COMPARISON, SUM, SUM);
    case "in":
      return { text: `${at(0, SUM)} IN (${all().slice(1).join(", ")})`, binds: COMPARISON };
    case "like":
      return { text: `${at(0, SUM)} LIKE ${at(1, SUM)} ESCAPE '\\'`, binds: COMPARISON };
    case "ilike":
      return { text: `LOWER(${at(0)}) LIKE LOWER(${at(1)}) ESCAPE '\\'`, binds: COMPARISON };
    case "||":
    case "+":
    case "-":
      return infix(fn, SUM, SUM, PRODUCT);
    case "*":
      return infix(fn, PRODUCT, PRODUCT, ATOM);
    case "/":
      return { text: `CAST(${at(0)} AS DOUBLE PRECISION) / ${divisor(args[1], at(1), at(1, ATOM))}`, binds: PRODUCT };
    case "%":
      return atom(`MOD(${at(0)}, ${divisor(args[1], at(1), at(1))})`);
    case "negate":
      return { text: `-${at(0).startsWith("-") ? `(${at(0)})` : at(0, ATOM)}`, binds: PRODUCT };
    case "sqrt":
      return atom(`SQRT(CASE WHEN ${at(0, SUM)} >= 0 THEN ${at(0)} END)`);
    case "ln":
      return atom(`LN(CASE WHEN ${at(0, SUM)} > 0 THEN ${at(0)} END)`);
    case "greatest":
    case "least":
      // The standard's are NULL where one argument is.
      return atom(all().reduce((left, right) => `COALESCE(${fn.toUpperCase()}(${left}, ${right}), ${left}, ${right})`));
    case "concat":
      return {
        text: all()
          .map((part) => `COALESCE(CAST(${part} AS VARCHAR), '')`)
          .join(" || "),
        binds: SUM,
      };
    case "length":
      return plain("CHAR_LENGTH");
    case "substring":
      return atom(`SUBSTRING(${at(0)} FROM ${at(1)}${args.length > 2 ? ` FOR ${at(2)}` : ""})`);
    case "starts_with":
      return { text: `SUBSTRING(${at(0)} FROM 1 FOR CHAR_LENGTH(${at(1)})) = ${at(1, SUM)}`, binds: COMPARISON };
    case "ends_with":
      return {
        text: `SUBSTRING(${at(0)} FROM CHAR_LENGTH(${at(0)}) - CHAR_LENGTH(${at(1)}) + 1) = ${at(1, SUM)}`,
        binds: COMPARISON,
      };
    case "contains":
      return { text: `POSITION(${at(1, SUM)} IN ${at(0, SUM)}) > 0`, binds: COMPARISON };
    case "date_part":
      return atom(`EXTRACT(${word(0) === "dow" ? "ISODOW" : word(0).toUpperCase()} FROM ${at(1)})`);
    case "to_zone":
    case "from_zone":
      return { text: `${at(0, ATOM)} AT TIME ZONE ${at(1, ATOM)}`, binds: PRODUCT };
    case "hash":
      return plain("SHA256");
    case "make_interval":
      return atom(`INTERVAL '${word(0)}' ${word(1).toUpperCase()}`);
    case "abs":
    case "sign":
    case "round":
    case "floor":
    case "ceil":
    case "power":
    case "exp":
    case "coalesce":
    case "nullif":
    case "lower":
    case "upper":
    case "trim":
    case "replace":
    case "regexp_contains":
    case "date_trunc":
    case "date_diff":
      return plain(fn.toUpperCase());
  }
}

/** Division by zero is NULL here, and an error elsewhere. */
function divisor<R>(arg: Expr<R> | undefined, text: string, bracketed: string): string {
  const constant = constantOf(arg);
  const isSafe = typeof constant === "string" && Number(constant) !== 0;
  return isSafe ? bracketed : `NULLIF(${text}, 0)`;
}

function constantOf<R>(arg: Expr<R> | undefined): string | boolean | null {
  return arg?.kind === "literal" ? arg.value : null;
}

function atom(text: string): Spelling {
  return { text, binds: ATOM };
}
