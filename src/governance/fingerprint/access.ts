import type { FieldGrant, Mask, Metric, Model, ModelPolicy, PolicyCondition, RolePolicy } from "../../catalog/index.ts";
import { fieldsOfModel } from "../../catalog/index.ts";
import type { PolicyName } from "../../expression/index.ts";
import { refsOf } from "../../expression/index.ts";
import { CLAIM_LIMITS } from "../../identity/index.ts";
import { allows, metricUses, type Use } from "../../policy/index.ts";
import { compareText } from "../../std/index.ts";
import { type Doc, setOfDocs, shared, sortedDocs, textOf } from "./doc.ts";
import { ownDoc } from "./element.ts";
import { columnDoc, conditionDocs } from "./expression.ts";
import { type Reading, relationDoc } from "./reading.ts";

/**
 * Who sees which rows of a metric: the policy of every model that it reads, through inputs, joins and filters too. What a
 * policy says of other metrics takes no part; what it hides or masks of rows that this one may be grouped by does.
 */
export function accessDoc(reading: Reading, metric: Metric): Doc {
  const byModel = Map.groupBy(metricUses(reading.catalog, metric), ({ model }) => model);
  const policies = [...byModel].map(([model, uses]) => {
    const policy = reading.catalog.policies.get(model.name);
    const doc = policy ? { policy: policyDoc(reading, model, policy), serves: servingRoles(policy, uses) } : null;
    return { doc, place: `${textOf(relationDoc(reading, model))} ${textOf(doc)}` };
  });
  // In the order of the relations that they guard: two that change places differ, yet another relation is no other access.
  return policies.toSorted((a, b) => compareText(a.place, b.place)).map(({ doc }) => doc);
}

/** The roles that may use all that the metric reads of the model. */
function servingRoles({ roles }: ModelPolicy, uses: readonly Use[]): Doc {
  const serving = [...roles.values()].filter((role) => uses.every((use) => allows(role, use) === "yes"));
  return serving.map(({ role }) => role).sort();
}

/** A policy as a whole, whichever metric it is looked at for. */
export function policyDoc(reading: Reading, model: Model, policy: ModelPolicy): Doc {
  let known = reading.policies.get(policy);
  if (!known) reading.policies.set(policy, (known = shared(wholePolicyDoc(reading, model, policy))));
  return known;
}

function wholePolicyDoc(reading: Reading, model: Model, policy: ModelPolicy): { readonly [key: string]: Doc } {
  const roles = [...policy.roles].map(([name, role]) => [name, roleDoc(reading, model, role)] as const);
  return {
    claims: Object.fromEntries(claimsOf(policy).map((name) => [name, claimDoc(reading, name)])),
    mandatory: rowsDoc(model, policy.mandatory),
    minimumGroupSize: policy.minimumGroupSize === null ? null : String(policy.minimumGroupSize),
    public: policy.isPublic,
    roles: Object.fromEntries(roles),
  };
}

function roleDoc(reading: Reading, model: Model, role: RolePolicy): Doc {
  return {
    explain: role.mayExplain,
    fields: fieldsDoc(reading, model, role.fields),
    masks: sortedDocs([...role.masks].map(([name, mask]) => ({ mask: maskDoc(mask), of: ownDoc(model, name) }))),
    requiredFilters: sortedDocs(role.requiredFilters.map((name) => ownDoc(model, name))),
    rows: role.rows ? rowsDoc(model, [role.rows]) : "all",
  };
}

function rowsDoc(model: Model, conditions: readonly PolicyCondition[]): Doc {
  return conditionDocs(
    conditions.map(({ expr }) => expr),
    (name: PolicyName) => (name.kind === "claim" ? { claim: name.name } : columnDoc(model, name.name)),
  );
}

/** Columns, dimensions and keys; that a metric or measure is named tells in `serves` of the metrics that read it. */
function fieldsDoc(reading: Reading, model: Model, fields: FieldGrant): Doc {
  if (fields.kind === "all") return "all";
  const columns = fieldsOfModel(reading.catalog, model);
  const things = [...fields.names].flatMap((name): readonly Doc[] => [
    ...(columns.get(name)?.has(name) ? [columnDoc(model, name)] : []),
    ...(model.dimensions.has(name) || model.entities.has(name) ? [ownDoc(model, name)] : []),
  ]);
  return { [fields.kind]: setOfDocs(things) };
}

function maskDoc(mask: Mask): Doc {
  return mask.kind === "constant" ? { constant: mask.value } : mask.kind;
}

function claimsOf(policy: ModelPolicy): readonly string[] {
  const conditions = [...policy.mandatory, ...[...policy.roles.values()].flatMap(({ rows }) => rows ?? [])];
  const names = conditions.flatMap(({ expr }) => refsOf(expr)).filter(({ kind }) => kind === "claim");
  return [...new Set(names.map(({ name }) => name))];
}

/** What a claim must be for the condition to count it. */
function claimDoc({ catalog }: Reading, name: string): Doc {
  const claim = catalog.claims.get(name);
  if (!claim) return null;
  const { type, isList, maxLength, maxItems } = claim;
  return {
    list: isList,
    maxItems: isList ? String(maxItems ?? CLAIM_LIMITS.maxItems) : null,
    maxLength: type === "string" ? String(maxLength ?? CLAIM_LIMITS.maxLength) : null,
    type,
  };
}
