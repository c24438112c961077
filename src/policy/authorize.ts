import type { Catalog } from "../catalog/index.ts";
import { definitionsOf } from "../catalog/index.ts";
import type { Expr } from "../expression/index.ts";
import { allOf, call, conjuncts, refsOf } from "../expression/index.ts";
import type { Principal, User } from "../identity/index.ts";
import type { Field, Output, ResolvedQuery, RowCondition } from "../request/index.ts";
import { leavesOf } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import type { Access, ModelAccess } from "./access.ts";
import { masksOf } from "./masks.ts";
import { refuseNarrow, refuseUnserved } from "./refuse.ts";
import { allows, type Granted, type GrantedRole, grantedOn } from "./roles.ts";
import { elementUse, metricUses, questionUses, type Use, valuesUses } from "./uses.ts";

/** What was decided about a question. */
export interface Authorization {
  readonly decisions: readonly Decision[];
  /** Whether the SQL and its cost may be shown. */
  readonly mayExplain: boolean;
  /**
   * 32 hex digits: equal for two principals exactly if both may read the same rows and fields for this question under
   * the same definitions. Part of every key under which an answer is kept.
   */
  readonly digest: string;
}

/** One metric, or one list of values, is decided as a whole: its own roles serve it, whatever is asked beside it. */
export interface Decision {
  /** null: the values of a question without metrics. */
  readonly output: Output | null;
  readonly access: Access;
  /** By model: the roles that serve. */
  readonly serving: ReadonlyMap<string, readonly GrantedRole[]>;
}

const AUTHORIZATION = Symbol("authorization");

/** Row and field policy applied. Only `authorize` makes one; the planner takes nothing else. */
export type AuthorizedQuery = ResolvedQuery & { readonly [AUTHORIZATION]: Authorization };

export function authorizationOf(query: AuthorizedQuery): Authorization {
  return query[AUTHORIZATION];
}

/** What one metric of the question may read; of the values where `output` is null. */
export function accessOf(query: AuthorizedQuery, output: Output | null): Access {
  const decision = query[AUTHORIZATION].decisions.find((candidate) => candidate.output === output);
  if (!decision) throw new Error("Nothing was decided about a part of the question; refusing to answer it.");
  return decision.access;
}

/**
 * Decides what of a question the principal may see. The operator sees every row and field; everybody else what the
 * policies of all the models grant that each metric touches.
 *
 *   granted = roles of the principal that the model's policy names and whose claims are complete
 *   serving = granted roles that allow every field which the metric, its groups and conditions use of the model
 *   rows    = every mandatory condition AND (the rows of one serving role OR those of another …)
 *
 * @throws Refusal MASKED_FIELD, FILTER_REQUIRED, NOT_ALLOWED_TOGETHER; what is not visible has been refused as unknown.
 */
export function authorize(query: ResolvedQuery, principal: Principal): AuthorizedQuery {
  const units: readonly (Output | null)[] = query.kind === "metrics" ? [...query.outputs, ...query.spine] : [null];
  const decisions = units.map((output) =>
    principal.kind === "operator"
      ? { output, access: "everything" as const, serving: new Map() }
      : decide(query, output, principal),
  );
  const mayExplain = decisions.every(
    ({ access, serving }) =>
      access === "everything" || [...serving.values()].every((roles) => roles.some((role) => role.policy.mayExplain)),
  );
  const digest = digestOf(query.catalog, decisions, mayExplain);
  return { ...query, [AUTHORIZATION]: { decisions, mayExplain, digest } };
}

function decide(query: ResolvedQuery, output: Output | null, user: User): Decision {
  const catalog = definitionsOf(query.catalog);
  const used = [...usesOf(catalog, query, output), ...orderUses(catalog, query, output)];
  const byModel = Map.groupBy(used, ({ model }) => model.name);
  const access = new Map<string, ModelAccess>();
  const serving = new Map<string, readonly GrantedRole[]>();
  for (const [model, uses] of byModel) {
    const granted = grantedOn(catalog, model, user);
    const roles = granted.roles.filter(({ policy }) => uses.every((use) => SERVES.has(allows(policy, use))));
    if (roles.length === 0) throw refuseUnserved(granted.roles, uses, output);
    const narrowed = roles.filter(({ policy }) =>
      policy.requiredFilters.every((name) => isNarrowed(query, output, name)),
    );
    if (narrowed.length === 0) throw refuseNarrow(roles, (name) => isNarrowed(query, output, name));
    serving.set(model, narrowed);
    access.set(model, accessThrough(narrowed, granted, uses));
  }
  return { output, access, serving };
}

const SERVES: ReadonlySet<string> = new Set(["yes", "masked"]);

function usesOf(catalog: Catalog, query: ResolvedQuery, output: Output | null): readonly Use[] {
  if (query.kind === "values") {
    const { base } = query.source;
    const touched = base ? [rowsUse(base)] : [];
    return [...touched, ...valuesUses(catalog, query)];
  }
  if (!output) throw new Error("A question for metrics is decided metric by metric.");
  // Counts of rows that only say which groups there are read no field of their own.
  const isSpine = query.spine.includes(output) && output.of.kind === "simple";
  const own = isSpine && output.of.kind === "simple" ? [rowsUse(output.of.model)] : metricUses(catalog, output.metric);
  return [...own, ...questionUses(catalog, output.of)];
}

/** That a model has a row at all. */
function rowsUse(model: Use["model"]): Use {
  return { model, kind: "metric", names: ["*"], columns: [], isShown: true, via: [] };
}

/** An order tells about a dimension as much as a filter does. */
function orderUses(catalog: Catalog, query: ResolvedQuery, output: Output | null): readonly Use[] {
  const ordered = new Set(query.orderBy.map(({ column }) => column));
  const fields = query.groupBy.flatMap(({ output: name }, i) =>
    ordered.has(name) ? (query.kind === "values" ? [query.source.fields[i]] : leafFields(output, i)) : [],
  );
  return fields.flatMap((field) => {
    if (field?.value.kind !== "element" || field.value.element.kind !== "dimension") return [];
    const { path, element } = field.value;
    return [elementUse(path.steps.at(-1)?.to ?? path.base, element.dimension.name, { isShown: false, via: [] })];
  });
}

function leafFields(output: Output | null, index: number) {
  return output ? leavesOf(output.of).map(({ groupBy }) => groupBy[index]) : [];
}

function accessThrough(roles: readonly GrantedRole[], granted: Granted, uses: readonly Use[]): ModelAccess {
  const rows = roles.some((role) => role.rows === null) ? null : anyOf(roles.flatMap((role) => role.rows ?? []));
  const guard = allOf([granted.mandatory, rows].filter((condition) => condition !== null));
  return { guard, masks: masksOf(roles, uses), minimumGroupSize: granted.minimumGroupSize };
}

function anyOf(conditions: readonly Expr<string>[]): Expr<string> {
  const [first, ...rest] = conditions;
  if (!first) throw new Error("No role serves.");
  return rest.length === 0 ? first : call("or", first, ...rest);
}

/** Whether a condition or the range keeps only some values of the dimension. */
function isNarrowed(query: ResolvedQuery, output: Output | null, name: string): boolean {
  const isIt = (field: Field): boolean =>
    field.value.kind === "element" &&
    field.value.element.kind === "dimension" &&
    field.value.element.dimension.name === name;
  const conditions = (all: readonly RowCondition[]) => all.flatMap(conjuncts).some((one) => refsOf(one).some(isIt));
  if (query.kind === "values") return conditions(query.conditions);
  if (!output) return false;
  return leavesOf(output.of).every(
    (leaf) => conditions(leaf.queryConditions) || (leaf.range !== null && leaf.time !== null && isIt(leaf.time)),
  );
}

function digestOf({ version }: Catalog, decisions: readonly Decision[], mayExplain: boolean): string {
  const decided = decisions.map(({ output, access }) => [
    output?.name ?? null,
    access === "everything"
      ? access
      : [...access].map(([model, { guard, masks, minimumGroupSize }]) => [
          model,
          guard,
          [...masks].map(([name, layers]) => [name, layers]),
          minimumGroupSize,
        ]),
  ]);
  return sha256(canonicalJson([version, mayExplain, decided])).slice(0, 32);
}
