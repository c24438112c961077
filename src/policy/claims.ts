import type { Catalog, ClaimType } from "../catalog/index.ts";
import type { Expr, Literal, PolicyName } from "../expression/index.ts";
import { call, literal, ref } from "../expression/index.ts";
import type { ClaimDeclarations, Claims } from "../identity/index.ts";
import { typedClaim } from "../identity/index.ts";
import { compareText } from "../std/index.ts";

type Declared = ReadonlyMap<string, ClaimType>;

/** The project's claims as `identity` copies them from tokens. */
export function claimDeclarations({ claims }: Catalog): ClaimDeclarations {
  return new Map(
    [...claims].map(([name, { type, isList, maxLength, maxItems }]) => [
      name,
      { type, list: isList, ...(maxLength !== null && { maxLength }), ...(maxItems !== null && { maxItems }) },
    ]),
  );
}

/**
 * The condition with the claims' values in place of their names. `x in (claim('list'))` becomes one comparison with
 * each item, and is false for an empty list; where it is not simply joined by AND and OR, such as under NOT, an empty
 * list counts as missing, so that it never opens anything.
 *
 * @returns null: a claim that it needs is missing or not of its declared type; then it grants nothing
 */
export function bindClaims(expr: Expr<PolicyName>, declared: Declared, claims: Claims): Expr<string> | null {
  try {
    return bind(expr, declared, claims, true);
  } catch (thrown) {
    if (thrown instanceof MissingClaim) return null;
    throw thrown;
  }
}

class MissingClaim extends Error {}

/** @param mayBeFalse A part that is false only takes away. */
function bind(expr: Expr<PolicyName>, declared: Declared, claims: Claims, mayBeFalse: boolean): Expr<string> {
  const inner = (part: Expr<PolicyName>): Expr<string> => bind(part, declared, claims, false);
  switch (expr.kind) {
    case "literal":
      return literal(expr.type, expr.value);
    case "ref":
      return expr.ref.kind === "column" ? ref(expr.ref.name) : valueOf(expr.ref.name, declared, claims);
    case "cast":
      return { kind: "cast", to: expr.to, arg: inner(expr.arg), isTry: expr.isTry };
    case "case":
      return {
        kind: "case",
        branches: expr.branches.map(({ when, value }) => ({ when: inner(when), value: inner(value) })),
        otherwise: expr.otherwise && inner(expr.otherwise),
      };
    case "call": {
      const [first, second] = expr.args;
      if (expr.fn === "in" && first && second?.kind === "ref" && second.ref.kind === "claim") {
        const items = listOf(second.ref.name, declared, claims);
        if (items.length > 0) return call("in", inner(first), ...items);
        if (!mayBeFalse) throw new MissingClaim();
        return literal("boolean", false);
      }
      const isPlain = mayBeFalse && (expr.fn === "and" || expr.fn === "or");
      return call(expr.fn, ...expr.args.map((arg) => (isPlain ? bind(arg, declared, claims, true) : inner(arg))));
    }
  }
}

function valueOf(name: string, declared: Declared, claims: Claims): Literal {
  const [only] = listOf(name, declared, claims);
  if (!only || declared.get(name)?.isList !== false) throw new MissingClaim();
  return only;
}

/** One item for a claim that is no list. */
function listOf(name: string, declared: Declared, claims: Claims): readonly Literal[] {
  const claim = declared.get(name);
  if (!claim) throw new MissingClaim();
  const { type, isList, maxLength, maxItems } = claim;
  const bounds = { ...(maxLength !== null && { maxLength }), ...(maxItems !== null && { maxItems }) };
  // Whoever made the principal has checked it; a second look costs little and decides who sees what.
  const value = typedClaim(claims[name], { type, list: isList, ...bounds });
  if (value === undefined) throw new MissingClaim();
  // A list means the set of its items: equal sets make equal conditions.
  const items = typeof value === "object" ? [...new Set(value)].toSorted(byText) : [value];
  return items.map(constant);
}

function constant(value: string | number | boolean): Literal {
  if (typeof value === "string") return literal("string", value);
  if (typeof value === "boolean") return literal("boolean", value);
  return literal(Number.isInteger(value) ? "int" : "decimal", decimalText(value));
}

function byText(a: unknown, b: unknown): number {
  return compareText(String(a), String(b));
}

/** Without an exponent, so that it stays exact. */
function decimalText(value: number): string {
  return value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
}
