import type { Catalog, ModelPolicy, PolicyCondition, RolePolicy } from "../catalog/index.ts";
import { definitionsOf } from "../catalog/index.ts";
import { print, printName, refsOf } from "../expression/index.ts";
import type { User } from "../identity/index.ts";
import type { Output, ResolvedQuery } from "../request/index.ts";
import { isNarrowed, partsOf, partUses } from "./authorize.ts";
import { bindClaims } from "./claims.ts";
import { allows, EVERYBODY } from "./roles.ts";
import type { Use } from "./uses.ts";

/** Why one metric of a question, or a list of values, may be read or not: for the operator, since it tells every name. */
export interface AccessReport {
  /** null: the values of a question without metrics. */
  readonly output: string | null;
  readonly models: readonly ModelReport[];
}

export interface ModelReport {
  readonly model: string;
  /** `none`: no policy, so that nobody but the operator reads it. */
  readonly policy: "none" | "public" | "by role";
  /** Conditions that hold for every role, claims put in; those whose claims are missing as they are written. */
  readonly mandatory: readonly string[];
  /** Claims that mandatory conditions need and the principal lacks: then no role serves. */
  readonly missingClaims: readonly string[];
  readonly minimumGroupSize: number | null;
  readonly roles: readonly RoleReport[];
}

/** A role of the policy. It serves where it is held and nothing stands in its way. */
export interface RoleReport {
  readonly role: string;
  readonly serves: boolean;
  readonly isHeld: boolean;
  readonly missingClaims: readonly string[];
  /** What the part uses and the role does not allow. */
  readonly hidden: readonly FieldReport[];
  /** What the role masks, but the part does more with than show it. */
  readonly needsClear: readonly FieldReport[];
  /** Dimensions that the question would have to narrow. */
  readonly requiredFilters: readonly string[];
  /** The rows that it shows, claims put in; null: all. */
  readonly rows: string | null;
  /** Dimensions of the answer that are shown as something else. */
  readonly masks: readonly { readonly dimension: string; readonly mask: string }[];
  readonly mayExplain: boolean;
}

export interface FieldReport {
  readonly field: string;
  /** The metrics it is used through, the outermost first; empty for what the caller wrote. */
  readonly through: readonly string[];
}

/** @param query Resolved against all definitions, or against those that the user sees. */
export function explainAccess(query: ResolvedQuery, user: User): readonly AccessReport[] {
  const catalog = definitionsOf(query.catalog);
  const reports = partsOf(query).map((output): AccessReport => {
    const byModel = Map.groupBy(partUses(query, output), ({ model }) => model.name);
    const models = [...byModel].map(([model, uses]) => modelReport(catalog, query, output, model, uses, user));
    return { output: output?.name ?? null, models };
  });
  const seen = new Set<string>();
  return reports.filter((report) => {
    const text = JSON.stringify(report);
    return !seen.has(text) && seen.add(text);
  });
}

function modelReport(
  catalog: Catalog,
  query: ResolvedQuery,
  output: Output | null,
  model: string,
  uses: readonly Use[],
  user: User,
): ModelReport {
  const policy = catalog.policies.get(model);
  if (!policy) {
    return { model, policy: "none", mandatory: [], missingClaims: [], minimumGroupSize: null, roles: [] };
  }
  const missingClaims = missing(policy.mandatory, user);
  const roles = rolesOf(policy).map((role) => {
    const report = roleReport(catalog, role, uses, user);
    const requiredFilters = role.requiredFilters.filter((name) => !isNarrowed(query, output, model, name));
    return { ...report, requiredFilters, serves: report.serves && [...missingClaims, ...requiredFilters].length === 0 };
  });
  return {
    model,
    policy: policy.isPublic ? "public" : "by role",
    mandatory: policy.mandatory.map((condition) => bound(catalog, condition, user)),
    missingClaims,
    minimumGroupSize: policy.minimumGroupSize,
    roles,
  };
}

function rolesOf(policy: ModelPolicy): readonly RolePolicy[] {
  return policy.isPublic ? [EVERYBODY, ...policy.roles.values()] : [...policy.roles.values()];
}

function roleReport(catalog: Catalog, role: RolePolicy, uses: readonly Use[], user: User): RoleReport {
  const isHeld = role === EVERYBODY || user.roles.includes(role.role);
  const missingClaims = role.rows ? missing([role.rows], user) : [];
  const verdicts = uses.map((use) => ({ use, verdict: allows(role, use) }));
  const of = (wanted: string) => verdicts.filter(({ verdict }) => verdict === wanted).map(({ use }) => use);
  const hidden = distinct(of("no").flatMap((use) => blamed(role, use)));
  const needsClear = distinct(of("needs-clear").flatMap((use) => blamed(role, use)));
  const masked = new Set(of("masked").flatMap(({ names }) => names));
  return {
    role: role.role,
    serves: isHeld && missingClaims.length + hidden.length + needsClear.length === 0,
    isHeld,
    missingClaims,
    hidden,
    needsClear,
    requiredFilters: [],
    rows: role.rows && bound(catalog, role.rows, user),
    masks: [...role.masks]
      .filter(([name]) => masked.has(name))
      .map(([dimension, mask]) => ({
        dimension,
        mask: mask.kind === "constant" ? `constant ${JSON.stringify(mask.value)}` : mask.kind.replace("_", " "),
      })),
    mayExplain: role.mayExplain,
  };
}

/** The names of a use that the role withholds; all its names where it would have to list one. */
function blamed({ fields, masks }: RolePolicy, { names, columns, via }: Use): readonly FieldReport[] {
  const all = [...names, ...columns, ...via];
  const excepted = fields.kind === "except" ? all.filter((name) => fields.names.has(name)) : [];
  const masked = names.filter((name) => masks.has(name));
  const [first] = [...excepted, ...masked, ...names, ...columns];
  return [{ field: first ?? "a field that is not listed", through: via.filter((name) => name !== first) }];
}

function distinct(fields: readonly FieldReport[]): readonly FieldReport[] {
  const known = new Map(fields.map((field) => [`${field.field} ${field.through.join(" ")}`, field]));
  return [...known.values()];
}

function missing(conditions: readonly PolicyCondition[], { claims }: User): readonly string[] {
  const names = conditions.flatMap(({ expr }) => refsOf(expr)).filter(({ kind }) => kind === "claim");
  return [...new Set(names.map(({ name }) => name))].filter((name) => claims[name] === undefined);
}

function bound(catalog: Catalog, { expr, text }: PolicyCondition, { claims }: User): string {
  const known = bindClaims(expr, catalog.claims, claims);
  return known ? print(known, printName) : text;
}
