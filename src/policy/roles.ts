import type { Catalog, Model, ModelPolicy, RolePolicy } from "../catalog/index.ts";
import { columnsOfExpression } from "../catalog/index.ts";
import type { Expr } from "../expression/index.ts";
import { allOf } from "../expression/index.ts";
import type { User } from "../identity/index.ts";
import { bindClaims } from "./claims.ts";
import type { Use } from "./uses.ts";

/** A role that its holder's claims are complete for. */
export interface GrantedRole {
  readonly policy: RolePolicy;
  /** With the claims put in; null: all rows. */
  readonly rows: Expr<string> | null;
}

export interface Granted {
  readonly roles: readonly GrantedRole[];
  /** All that are mandatory, with the claims put in; null: there are none. */
  readonly mandatory: Expr<string> | null;
  readonly minimumGroupSize: number | null;
}

/**
 * The roles by which somebody may read a model, in the policy's order; none without a policy, without a role it names,
 * or with a claim missing that every role needs. More roles never take anything away.
 */
export function grantedOn(catalog: Catalog, model: string, user: User): Granted {
  const policy = catalog.policies.get(model);
  if (!policy) return NOTHING;
  const mandatory = policy.mandatory.map(({ expr }) => bindClaims(expr, catalog.claims, user.claims));
  const certain = mandatory.filter((condition) => condition !== null);
  if (certain.length < mandatory.length) return NOTHING;
  const roles = rolesOf(policy)
    .filter((role) => role === EVERYBODY || user.roles.includes(role.role))
    .flatMap((role): readonly GrantedRole[] => {
      if (role.rows === null) return [{ policy: role, rows: null }];
      const rows = bindClaims(role.rows.expr, catalog.claims, user.claims);
      return rows === null ? [] : [{ policy: role, rows }];
    });
  return { roles, mandatory: allOf(certain), minimumGroupSize: policy.minimumGroupSize };
}

const NOTHING: Granted = { roles: [], mandatory: null, minimumGroupSize: null };

function rolesOf(policy: ModelPolicy): readonly RolePolicy[] {
  const named = [...policy.roles.values()];
  return policy.isPublic ? [EVERYBODY, ...named] : named;
}

export const EVERYBODY: RolePolicy = {
  role: "everybody",
  rows: null,
  fields: { kind: "all" },
  masks: new Map(),
  requiredFilters: [],
  mayExplain: false,
};

/**
 * Whether a role may use a field: as it is, shown as a mask only, or not at all. `needs-clear`: it could be shown
 * masked, but is filtered, ordered, joined or computed by.
 */
export function allows(role: RolePolicy, use: Use): "yes" | "masked" | "needs-clear" | "no" {
  if (use.kind === "rows") return "yes";
  if (!grants(role, use)) return "no";
  const isMasked = use.kind === "dimension" && use.names.some((name) => role.masks.has(name));
  if (isMasked) return use.isShown ? "masked" : "needs-clear";
  return use.columns.some((column) => maskedColumns(role, use).has(column)) ? "needs-clear" : "yes";
}

function grants({ fields }: RolePolicy, { model, kind, names, columns, via }: Use): boolean {
  switch (fields.kind) {
    case "all":
      return true;
    case "except":
      if (kind === "unknown" || columns.some((column) => renamed(model, fields.names).has(column))) return false;
      return ![...names, ...columns, ...via].some((name) => fields.names.has(name));
    case "only": {
      if (kind === "unknown") return false;
      const areColumnsListed = columns.length > 0 && columns.every((column) => fields.names.has(column));
      return areColumnsListed || [...names, ...via].some((name) => fields.names.has(name));
    }
  }
}

/** Columns that a dimension among the names is: hidden under one name, they must not be read under another. */
function renamed(model: Model, names: ReadonlySet<string>): ReadonlySet<string> {
  const values = [...names].flatMap((name) => model.dimensions.get(name)?.value ?? []);
  return new Set(values.flatMap((value) => (value.kind === "expr" && value.expr.kind === "ref" ? value.expr.ref : [])));
}

/** What the role's masked dimensions are computed from must not be read in another way either. */
function maskedColumns(role: RolePolicy, { model }: Use): ReadonlySet<string> {
  const dimensions = [...role.masks.keys()].flatMap((name) => model.dimensions.get(name) ?? []);
  return new Set(dimensions.flatMap(({ value }) => columnsOfExpression(value)));
}
