import type { Expr, ScalarType } from "../expression/index.ts";
import type { Physical } from "../plan/index.ts";

/**
 * Whether a condition may stand beside a policy's: then no value of a row that the policy hides can leave by an error.
 * Only a bare column of a kind whose comparison PostgreSQL marks leakproof, against constants.
 *
 * @see https://www.postgresql.org/docs/18/rules-privileges.html
 */
export function isLeakproof(condition: Expr<Physical>, typeOf: (column: Physical) => ScalarType): boolean {
  if (condition.kind !== "call") return false;
  const [subject, ...constants] = condition.args;
  if (subject?.kind !== "ref" || subject.ref.kind !== "column") return false;
  const type = typeOf(subject.ref);
  if (!LEAKPROOF_TYPES.has(type)) return false;
  switch (condition.fn) {
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
      return constants.every((constant) => isConstantOf(type, constant));
    case "is_null":
    case "is_not_null":
      return true;
    default:
      return false;
  }
}

const LEAKPROOF_TYPES: ReadonlySet<ScalarType> = new Set([
  "string",
  "int",
  "float",
  "boolean",
  "date",
  "timestamp",
  "timestamptz",
]);

/** Of the very type, so that the comparison is the type's own; a zone's start of day is one too. */
function isConstantOf(type: ScalarType, expr: Expr<Physical>): boolean {
  if (expr.kind === "call") return expr.fn === "from_zone" && type === "timestamptz" && expr.args.every(isLiteral);
  return expr.kind === "literal" && expr.type === type && expr.value !== null;
}

function isLiteral(expr: Expr<Physical>): boolean {
  return expr.kind === "literal";
}
