import type { Catalog } from "../catalog/index.ts";
import { definitionsOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Expr } from "../expression/index.ts";
import { allOf, call, refsOf } from "../expression/index.ts";
import type { Principal, User } from "../identity/index.ts";
import type { Field, Output, ResolvedMetric, ResolvedQuery, RowCondition } from "../request/index.ts";
import { leavesOf } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import type { Access, ModelAccess } from "./access.ts";
import { masksOf } from "./masks.ts";
import { refuseNarrow, refuseUnserved } from "./refuse.ts";
import { allows, type Granted, type GrantedRole, grantedOn } from "./roles.ts";
import {
  conditionFields,
  elementUse,
  metricUses,
  questionUses,
  restUses,
  rowsUse,
  type Use,
  valuesUses,
} from "./uses.ts";

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
  const decisions = decisionsOn(query, principal);
  const mayExplain = decisions.every(
    ({ access, serving }) =>
      access === "everything" || [...serving.values()].every((roles) => roles.some((role) => role.policy.mayExplain)),
  );
  let digest: string | null = null;
  const authorization: Authorization = {
    decisions,
    mayExplain,
    // Only when it is asked for: it costs as much as some other step of planning.
    get digest() {
      digest ??= digestOf(query.catalog, decisions, mayExplain);
      return digest;
    },
  };
  return { ...query, [AUTHORIZATION]: authorization };
}

/** With those on the question whose rows this one looks behind. */
function decisionsOn(query: ResolvedQuery, principal: Principal): readonly Decision[] {
  const own = partsOf(query).map(
    (output): Decision =>
      principal.kind === "operator"
        ? { output, access: "everything", serving: new Map() }
        : decide(query, output, principal),
  );
  const parent = query.kind === "metrics" ? query.parent : null;
  return parent ? [...own, ...decisionsOn(parent, principal)] : own;
}

/** What is decided about one by one: the metrics, and those that say which groups there are; null: the values. */
export function partsOf(query: ResolvedQuery): readonly (Output | null)[] {
  if (query.kind === "values") return [null];
  return [...query.outputs, ...query.totals.flatMap(({ outputs }) => outputs), ...query.spine];
}

/** Every field that a part of the question reads. */
export function partUses(query: ResolvedQuery, output: Output | null): readonly Use[] {
  const catalog = definitionsOf(query.catalog);
  return [...usesOf(catalog, query, output), ...orderUses(catalog, query, output)];
}

function decide(query: ResolvedQuery, output: Output | null, user: User): Decision {
  const catalog = definitionsOf(query.catalog);
  const used = partUses(query, output);
  const byModel = Map.groupBy(used, ({ model }) => model.name);
  const access = new Map<string, ModelAccess>();
  const serving = new Map<string, readonly GrantedRole[]>();
  for (const [model, uses] of byModel) {
    const granted = grantedOn(catalog, model, user);
    const roles = granted.roles.filter(({ policy }) => uses.every((use) => SERVES.has(allows(policy, use))));
    if (roles.length === 0) throw refuseUnserved(granted.roles, uses, output);
    const narrowed = roles.filter(({ policy }) =>
      policy.requiredFilters.every((name) => isNarrowed(query, output, model, name)),
    );
    if (narrowed.length === 0) throw refuseNarrow(roles, (name) => isNarrowed(query, output, model, name));
    serving.set(model, narrowed);
    access.set(model, accessThrough(narrowed, granted, uses));
  }
  refuseSmallGroups(catalog, query, output, access);
  return { output, access, serving };
}

/** Single rows, and a condition on a metric of each entity, would tell of groups that no answer shows. */
function refuseSmallGroups(
  catalog: Catalog,
  query: ResolvedQuery,
  output: Output | null,
  access: ReadonlyMap<string, ModelAccess>,
): void {
  const isLimited = (model: string): boolean => (access.get(model)?.minimumGroupSize ?? null) !== null;
  if (query.kind === "values" && !query.isDistinct && [...access.keys()].some(isLimited)) {
    throw new Refusal("GROUP_TOO_SMALL", "Rows are shown to you in groups only; leave out distinct: false.", {
      path: ["distinct"],
    });
  }
  for (const of of callersMetrics(query, output)) {
    if (![...access.keys()].some((model) => isLimited(model) && touches(catalog, of, model))) continue;
    throw new Refusal(
      "GROUP_TOO_SMALL",
      `Metric "${of.metric.name}" is shown to you for groups only, and a condition on it would tell of single ones.`,
      { path: ["where"] },
    );
  }
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
  return [...own, ...questionUses(catalog, output.of), ...restUses(catalog, query, output.of)];
}

/** An order tells about a dimension as much as a filter does. */
function orderUses(catalog: Catalog, query: ResolvedQuery, output: Output | null): readonly Use[] {
  const ordered = new Set(query.orderBy.map(({ column }) => column));
  const fields = query.groupBy.flatMap(({ output: name, key }, i) =>
    ordered.has(name) ? (query.kind === "values" ? [query.source.fields[i]] : leafFields(output, key)) : [],
  );
  return fields.flatMap((field) => {
    if (field?.value.kind !== "element" || field.value.element.kind !== "dimension") return [];
    const { path, element } = field.value;
    return [
      elementUse(path.steps.at(-1)?.to ?? path.base, element.dimension.name, {
        purpose: "filter",
        isShown: false,
        via: [],
      }),
    ];
  });
}

function leafFields(output: Output | null, key: string) {
  return output ? leavesOf(output.of).map(({ groupBy }) => groupBy.find((field) => field.key === key)) : [];
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

/** Whether a condition or the range keeps only some values of the model's dimension, wherever the metric reads it. */
export function isNarrowed(query: ResolvedQuery, output: Output | null, model: string, name: string): boolean {
  const isIt = ({ value }: Field): boolean =>
    value.kind === "element" &&
    value.element.kind === "dimension" &&
    value.element.dimension.name === name &&
    (value.path.steps.at(-1)?.to ?? value.path.base).name === model;
  const areNarrow = (all: readonly RowCondition[]) => all.some((one) => keepsSome(one, isIt));
  if (callersMetrics(query, output).some((metric) => touches(definitionsOf(query.catalog), metric, model)))
    return false;
  if (query.kind === "values") return areNarrow(query.conditions);
  if (!output) return false;
  return leavesOf(output.of).every(
    ({ queryConditions, askedConditions, range, time }) =>
      areNarrow([...queryConditions, ...askedConditions]) || (range !== null && time !== null && isIt(time)),
  );
}

/** Metrics that the caller's conditions compute of each entity: nothing narrows those. */
function callersMetrics(query: ResolvedQuery, output: Output | null): readonly ResolvedMetric[] {
  const conditions =
    query.kind === "values"
      ? query.conditions.flatMap(refsOf)
      : output
        ? leavesOf(output.of).flatMap(conditionFields)
        : [];
  return conditions.flatMap(({ value }) => (value.kind === "metric" ? [value.metric] : []));
}

function touches(catalog: Catalog, of: ResolvedMetric, model: string): boolean {
  return [...metricUses(catalog, of.metric), ...questionUses(catalog, of)].some((use) => use.model.name === model);
}

const NARROWING: ReadonlySet<string> = new Set(["=", "<", "<=", ">", ">=", "in", "starts_with"]);

/** A comparison of the field with constants, or alternatives that all are one. */
function keepsSome(condition: RowCondition, isIt: (field: Field) => boolean): boolean {
  if (condition.kind !== "call") return false;
  if (condition.fn === "or") return condition.args.every((arg) => keepsSome(arg, isIt));
  if (condition.fn === "and") return condition.args.some((arg) => keepsSome(arg, isIt));
  const [field, ...constants] = condition.args;
  return (
    NARROWING.has(condition.fn) &&
    field?.kind === "ref" &&
    isIt(field.ref) &&
    constants.every((constant) => refsOf(constant).length === 0)
  );
}

function digestOf({ version }: Catalog, decisions: readonly Decision[], mayExplain: boolean): string {
  // By the metrics' own names, whatever they are called in the question, each once.
  const decided = decisions.map(({ output, access }) => [
    output?.metric.name ?? null,
    access === "everything"
      ? access
      : [...access].map(([model, { guard, masks, minimumGroupSize }]) => [
          model,
          guard,
          [...masks].map(([name, layers]) => [name, layers]),
          minimumGroupSize,
        ]),
  ]);
  const distinct = [...new Set(decided.map(canonicalJson))].sort();
  return sha256(canonicalJson([version, mayExplain, distinct])).slice(0, 32);
}
