import type { Catalog, ModelPolicy } from "../catalog/index.ts";
import { type Expr, type PolicyName, refsOf } from "../expression/index.ts";

/**
 * In one line, for whoever wants to try policies: the roles that they name, with the claims that each needs, and how to
 * get a token of the one that needs most. Null where no policy names a role.
 */
export function principalsLine(catalog: Catalog, program: string): string | null {
  const roles = claimsByRole(catalog);
  const [first] = [...roles].toSorted(([, a], [, b]) => b.length - a.length);
  if (!first) return null;
  const [role, claims] = first;
  const values = claims.map((claim) => `--claim ${claim}=${exampleOf(catalog, claim)}`);
  const token = [`${program} token --role ${role}`, ...values].join(" ");
  const known = [...roles].map(([name, needs]) => (needs.length > 0 ? `${name} (${needs.join(", ")})` : name));
  return `${known.join(", ")}; try ${token}`;
}

/** The claims that the conditions on a role's rows read in any model. */
function claimsByRole({ policies }: Catalog): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { mandatory, roles } of policies.values()) {
    for (const { role, rows } of roles.values()) {
      const claims = found.get(role) ?? new Set();
      for (const { expr } of [...mandatory, ...(rows ? [rows] : [])]) {
        for (const name of refsOf(expr)) if (name.kind === "claim") claims.add(name.name);
      }
      found.set(role, claims);
    }
  }
  return new Map([...found].map(([role, claims]) => [role, [...claims]]));
}

/** A value that some dimension has whose column a policy compares with the claim. */
function exampleOf({ policies, models }: Catalog, claim: string): string {
  for (const policy of policies.values()) {
    for (const column of conditionsOf(policy).flatMap((expr) => columnsBeside(expr, claim))) {
      for (const dimension of models.get(policy.model)?.dimensions.values() ?? []) {
        const [example] = dimension.kind === "categorical" ? (dimension.values ?? []) : [];
        const { value } = dimension;
        const isIt = value.kind === "expr" && value.expr.kind === "ref" && value.expr.ref === column;
        if (isIt && example !== undefined) return example;
      }
    }
  }
  return "…";
}

function conditionsOf({ mandatory, roles }: ModelPolicy): readonly Expr<PolicyName>[] {
  return [...mandatory, ...[...roles.values()].flatMap(({ rows }) => rows ?? [])].map(({ expr }) => expr);
}

/** The columns that a comparison holds against the claim. */
function columnsBeside(expr: Expr<PolicyName>, claim: string): readonly string[] {
  if (expr.kind !== "call") return [];
  const names = expr.args.flatMap((arg) => (arg.kind === "ref" ? [arg.ref] : []));
  const isCompared = names.some(({ kind, name }) => kind === "claim" && name === claim);
  const own = isCompared ? names.flatMap(({ kind, name }) => (kind === "column" ? [name] : [])) : [];
  return [...own, ...expr.args.flatMap((arg) => columnsBeside(arg, claim))];
}
