import type { Call, Expr, Literal, ScalarType } from "../expression/index.ts";
import { isStandardGrain, portablePattern, typeOf } from "../expression/index.ts";
import type { Sql } from "./compiler.ts";
import { sql } from "./compiler.ts";
import type { Comparison, Operand, SqlDialect } from "./dialect.ts";
import { castAs } from "./standard.ts";

/** How tightly a piece binds, loosest first; a looser piece inside a tighter one gets parentheses. */
const LEVELS = ["or", "and", "not", "compare", "add", "multiply", "tight"] as const;
type Level = (typeof LEVELS)[number];

interface Piece {
  readonly sql: Sql;
  readonly level: Level;
}

/** What the references of an expression mean. */
export interface Columns<R> {
  readonly sql: (ref: R) => Sql;
  readonly type: (ref: R) => ScalarType;
}

/** An expression as SQL; what a reference means is the caller's. */
export function renderExpr<R>(dialect: SqlDialect, expr: Expr<R>, columns: Columns<R>): Sql {
  return render(expr).sql;

  function render(node: Expr<R>): Piece {
    switch (node.kind) {
      case "literal":
        return tight(renderLiteral(dialect, node));
      case "ref":
        return tight(columns.sql(node.ref));
      case "cast":
        return tight(renderCast(node.to, node.arg, node.isTry));
      case "case": {
        const values = [...node.branches.map((branch) => branch.value), ...(node.otherwise ? [node.otherwise] : [])];
        const alike = dialect.alike(values.map((value) => operand(value)));
        const branches = node.branches.map(({ when }, i) => sql`when ${render(when).sql} then ${alike[i]}`);
        const otherwise = node.otherwise ? sql` else ${alike.at(-1)}` : sql``;
        return tight(sql`case ${sql.join(branches, sql` `)}${otherwise} end`);
      }
      case "call":
        return renderCall(node);
    }
  }

  function renderCast(to: ScalarType, arg: Expr<R>, isTry: boolean): Sql {
    if (to === "unknown" || to === "interval") throw new Error(`Nothing can be cast to ${to}.`);
    return dialect.cast(operand(arg), to, isTry);
  }

  function operand(node: Expr<R>, level: Level = "or"): Operand {
    return { sql: at(level, node), expr: node, type: () => typeOf(asRendered(node), columns.type).type };
  }

  /** At least as tight as `level`. */
  function at(level: Level, node: Expr<R>): Sql {
    const piece = render(node);
    return LEVELS.indexOf(piece.level) >= LEVELS.indexOf(level) ? piece.sql : sql`(${piece.sql})`;
  }

  function argument(node: Call<R>, i: number): Expr<R> {
    const arg = node.args[i];
    if (!arg) throw new Error(`Function ${node.fn} lacks argument ${i + 1}.`);
    return arg;
  }

  /** The plain timestamp that truncation and extraction need on every engine. */
  function timestamp(node: Expr<R>): Sql {
    const isTimestamp =
      (node.kind === "call" && (node.fn === "to_zone" || node.fn === "date_trunc")) ||
      (node.kind === "cast" && node.to === "timestamp");
    return isTimestamp ? render(node).sql : renderCast("timestamp", node, false);
  }

  function double(value: Sql): Sql {
    return castAs(dialect, value, "float");
  }

  /** Engines differ in what comes before the first character. */
  function startOf(start: Expr<R>): Sql {
    const isPlain = start.kind === "literal" && Number(start.value) >= 1;
    return isPlain ? render(start).sql : sql`case when ${at("add", start)} < 1 then 1 else ${render(start).sql} end`;
  }

  function renderCall(node: Call<R>): Piece {
    const arg = (i: number): Sql => render(argument(node, i)).sql;
    const infix = (operator: Sql, level: Level, inner: Level, innerRight: Level = inner): Piece => ({
      sql: sql`${at(inner, argument(node, 0))} ${operator} ${at(innerRight, argument(node, 1))}`,
      level,
    });
    const compare = (operator: Comparison): Piece => ({
      sql: dialect.compare(operator, operand(argument(node, 0), "add"), operand(argument(node, 1), "add")),
      level: "compare",
    });
    const sum = (operator: "+" | "-"): Piece => ({
      sql: dialect.add(operator, operand(argument(node, 0), "add"), operand(argument(node, 1), "multiply")),
      level: "add",
    });
    const all = (): Sql => sql.join(node.args.map((item) => render(item).sql));
    const alike = (): readonly Sql[] => dialect.alike(node.args.map((item) => operand(item)));
    switch (node.fn) {
      case "and":
        return {
          sql: sql.join(
            node.args.map((item) => at("not", item)),
            sql` and `,
          ),
          level: "and",
        };
      case "or":
        return {
          sql: sql.join(
            node.args.map((item) => at("and", item)),
            sql` or `,
          ),
          level: "or",
        };
      case "not":
        return { sql: sql`not ${at("compare", argument(node, 0))}`, level: "not" };
      case "is_null":
        return { sql: sql`${at("add", argument(node, 0))} is null`, level: "compare" };
      case "is_not_null":
        return { sql: sql`${at("add", argument(node, 0))} is not null`, level: "compare" };
      case "=":
      case "<>":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return compare(node.fn);
      case "is_distinct_from":
        return compare("is distinct from");
      case "is_not_distinct_from":
        return compare("is not distinct from");
      case "in": {
        const [needle = sql``, ...straws] = dialect.alike(node.args.map((item, i) => operand(item, i ? "or" : "add")));
        return { sql: sql`${needle} in (${sql.join(straws)})`, level: "compare" };
      }
      case "like":
      case "ilike":
        return { sql: dialect[node.fn](at("add", argument(node, 0)), at("add", argument(node, 1))), level: "compare" };
      case "+":
      case "-":
        return sum(node.fn);
      case "||":
        return infix(sql`||`, "add", "add", "multiply");
      case "*":
        return infix(sql`*`, "multiply", "multiply", "tight");
      case "/":
        return { sql: dialect.divide(arg(0), arg(1)), level: "multiply" };
      case "%":
        return { sql: dialect.modulo(operand(argument(node, 0), "multiply"), arg(1)), level: "multiply" };
      case "negate":
        return { sql: sql`-${at("tight", argument(node, 0))}`, level: "multiply" };
      case "sqrt":
        return tight(sql`sqrt(case when ${at("add", argument(node, 0))} >= 0 then ${double(arg(0))} end)`);
      case "ln":
        return tight(sql`ln(case when ${at("add", argument(node, 0))} > 0 then ${double(arg(0))} end)`);
      case "exp":
        return tight(sql`exp(${double(arg(0))})`);
      case "power":
        return tight(sql`power(${double(arg(0))}, ${double(arg(1))})`);
      case "sign":
        return tight(sql`cast(sign(${arg(0)}) as integer)`);
      case "round":
        return tight(dialect.round(operand(argument(node, 0)), node.args.length > 1 ? arg(1) : null));
      case "substring":
        return tight(
          sql`substr(${sql.join([arg(0), startOf(argument(node, 1)), ...node.args.slice(2).map((item) => render(item).sql)])})`,
        );
      // Text that is bound has no type of its own, and concat takes any.
      case "concat":
        return tight(
          dialect.concat(
            node.args.map((item) => (item.kind === "literal" ? renderCast("string", item, false) : render(item).sql)),
          ),
        );
      case "ends_with":
        return { sql: dialect.endsWith(arg(0), arg(1)), level: "compare" };
      case "contains":
        return { sql: sql`strpos(${arg(0)}, ${arg(1)}) > 0`, level: "compare" };
      case "regexp_contains":
        return {
          sql: dialect.matches(at("add", argument(node, 0)), sql`${patternOf(argument(node, 1))}`),
          level: "compare",
        };
      case "date_trunc":
        return tight(dialect.dateTrunc(grainOf(argument(node, 0)), timestamp(argument(node, 1))));
      case "date_part":
        return tight(dialect.datePart(wordOf(argument(node, 0)), timestamp(argument(node, 1))));
      case "date_diff":
        return tight(
          dialect.dateDiff(grainOf(argument(node, 0)), timestamp(argument(node, 1)), timestamp(argument(node, 2))),
        );
      case "make_interval":
        return tight(dialect.interval(wordOf(argument(node, 0)), grainOf(argument(node, 1))));
      case "to_zone":
        return tight(dialect.toZone(at("tight", argument(node, 0)), wordOf(argument(node, 1))));
      case "from_zone":
        return tight(dialect.fromZone(at("tight", argument(node, 0)), wordOf(argument(node, 1))));
      case "hash":
        return tight(dialect.hash(arg(0)));
      case "trim":
        return tight(dialect.trim(arg(0)));
      case "greatest":
      case "least":
        return tight(dialect.extreme(node.fn, alike()));
      case "coalesce":
      case "nullif":
        return tight(sql`${sql.raw(node.fn)}(${sql.join(alike())})`);
      case "abs":
      case "floor":
      case "ceil":
      case "lower":
      case "upper":
      case "length":
      case "replace":
      case "starts_with":
        return tight(sql`${sql.raw(node.fn)}(${all()})`);
    }
  }
}

function tight(piece: Sql): Piece {
  return { sql: piece, level: "tight" };
}

/** Text and times are bound; numbers are digits that the parser has checked and stay exact as written. */
function renderLiteral(dialect: SqlDialect, { type, value }: Literal): Sql {
  if (value === null) return sql`null`;
  if (typeof value === "boolean") return value ? sql`true` : sql`false`;
  switch (type) {
    case "int":
    case "decimal":
    case "float":
      if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) throw new Error(`"${value}" is not a number.`);
      // With an exponent: engines read plain digits as a decimal first, and round that once more.
      if (type === "float") return castAs(dialect, sql.raw(/e/i.test(value) ? value : `${value}e0`), "float");
      return signed(value, type === "decimal" ? dialect.decimal(value) : sql.raw(value));
    case "date":
    case "timestamp":
    case "timestamptz":
      return castAs(dialect, sql`${value}`, type);
    case "boolean":
    case "string":
    case "interval":
    case "unknown":
      return sql`${value}`;
  }
}

function signed(digits: string, written: Sql): Sql {
  return digits.startsWith("-") ? sql`(${written})` : written;
}

/** The language calls a truncated time the same kind of time; every engine is made to give a plain timestamp. */
function asRendered<R>(expr: Expr<R>): Expr<R> {
  switch (expr.kind) {
    case "literal":
    case "ref":
      return expr;
    case "cast":
      return { ...expr, arg: asRendered(expr.arg) };
    case "call":
      return expr.fn === "date_trunc" ? A_TIMESTAMP : { ...expr, args: expr.args.map(asRendered) };
    case "case":
      return {
        ...expr,
        branches: expr.branches.map(({ when, value }) => ({ when: asRendered(when), value: asRendered(value) })),
        otherwise: expr.otherwise && asRendered(expr.otherwise),
      };
  }
}

const A_TIMESTAMP: Expr<never> = { kind: "literal", type: "timestamp", value: "2026-01-01T00:00:00" };

function wordOf<R>(expr: Expr<R>): string {
  if (expr.kind === "literal" && typeof expr.value === "string" && /^[A-Za-z0-9_+/-]+$/.test(expr.value))
    return expr.value;
  throw new Error("A grain, part, count or zone must be a plain constant.");
}

function patternOf<R>(expr: Expr<R>): string {
  const pattern = expr.kind === "literal" && typeof expr.value === "string" ? portablePattern(expr.value) : null;
  if (!pattern?.ok) throw new Error("A pattern must be a constant that every engine reads alike.");
  return pattern.text;
}

function grainOf<R>(expr: Expr<R>) {
  const word = wordOf(expr);
  if (!isStandardGrain(word)) throw new Error(`"${word}" is no standard grain.`);
  return word;
}
