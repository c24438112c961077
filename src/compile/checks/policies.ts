import type { Catalog, ClaimType, Dimension, Mask, Model } from "../../catalog/index.ts";
import { fieldsOfModel, isDefaultVersion } from "../../catalog/index.ts";
import type { Located, PolicyDefinition, RolePolicyDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Expr, PolicyName, ScalarType } from "../../expression/index.ts";
import { parsePolicyCondition, refNodesOf, typeOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { placeIn } from "../parsed.ts";

/** Every name that a policy uses exists, claims are declared and typed, and conditions compare columns. */
export function* checkPolicies({ catalog, policies }: Draft): Iterable<Diagnostic> {
  for (const { definition } of policies) {
    const model = catalog.models.get(definition.name.value);
    if (!model) {
      const names = { model: definition.name.value, known: catalog.models.keys() };
      yield report("policy/unknown-model", names, definition.name.span);
      continue;
    }
    yield* conditions(definition, model, catalog);
    for (const role of definition.roles) {
      yield* fields(role, model, catalog);
      const isNarrower = role.rows !== null || role.fields.kind !== "all" || role.masks.length > 0;
      if (definition.isPublic && isNarrower) {
        yield report("policy/public-role", { model: model.name, role: role.role.value }, role.role.span);
      }
    }
  }
}

/** A model without a policy is closed, which its author may not know; an open one can tell about a closed one. */
export function* advisePolicies({ catalog, models }: Draft): Iterable<Diagnostic> {
  if (catalog.policies.size === 0) return;
  const governed = [...catalog.models.values()].filter(({ name }) => hasRowPolicy(catalog, name));
  for (const { model } of models) {
    const policy = catalog.policies.get(model.name);
    if (!policy) yield report("policy/none", { model: model.name }, model.span);
    else if (!hasRowPolicy(catalog, model.name)) {
      const other = governed.find((candidate) => joins(model, candidate));
      if (other) {
        yield report("policy/ungoverned-beside-governed", { model: model.name, other: other.name }, policy.span);
      }
    }
  }
}

function hasRowPolicy(catalog: Catalog, name: string): boolean {
  const policy = catalog.policies.get(name);
  if (!policy) return false;
  return policy.mandatory.length > 0 || [...policy.roles.values()].some(({ rows }) => rows !== null);
}

/** Whether each row of the one leads to a row of the other. */
function joins(from: Model, to: Model): boolean {
  if (from === to) return false;
  const held = new Set([...from.entities.values()].map(({ entity }) => entity));
  return [...to.entities.values()].some(({ entity, type }) => type === "primary" && held.has(entity));
}

function* conditions(definition: PolicyDefinition, model: Model, catalog: Catalog): Iterable<Diagnostic> {
  const rows = definition.roles.flatMap((role) => role.rows ?? []);
  for (const text of [...definition.mandatory, ...rows]) {
    const parsed = parsePolicyCondition(text.value);
    if (parsed.ok) yield* condition(parsed.value, text, model, catalog);
  }
}

function* condition(expr: Expr<PolicyName>, text: Located, model: Model, catalog: Catalog): Iterable<Diagnostic> {
  const columns = columnNames(catalog, model);
  const names = refNodesOf(expr);
  const problems: Diagnostic[] = [];
  for (const { ref, at } of names) {
    const span = placeIn(text, at);
    if (ref.kind === "column") {
      if (!columns.has(ref.name)) {
        problems.push(report("policy/unknown-column", { model: model.name, column: ref.name, known: columns }, span));
      }
      continue;
    }
    const claim = catalog.claims.get(ref.name);
    if (!claim) problems.push(report("policy/unknown-claim", { claim: ref.name, known: catalog.claims.keys() }, span));
    else if (claim.isList && !isAloneAfterIn(expr, ref)) {
      problems.push(report("policy/list-claim", { claim: ref.name }, span));
    }
  }
  yield* problems;
  if (problems.length > 0) return;
  const typed = typeOf(expr, (name) => typeOfName(name, model, catalog.claims));
  for (const { message, at } of typed.problems) yield report("policy/type", { problem: message }, placeIn(text, at));
  if (typed.problems.length > 0) return;
  if (typed.type !== "boolean" && typed.type !== "unknown") {
    yield report("policy/not-a-condition", { type: typed.type }, text.span);
  } else if (names.every(({ ref }) => ref.kind === "claim")) yield report("policy/no-column", {}, text.span);
}

/** Columns that are declared, or that something of the model reads; others would be typed by nobody. */
function columnNames(catalog: Catalog, model: Model): ReadonlySet<string> {
  if (model.columns) return new Set(model.columns.keys());
  return new Set([...fieldsOfModel(catalog, model).values()].flatMap((columns) => [...columns]));
}

/** `x in (claim('list'))`, and nowhere else. */
function isAloneAfterIn(expr: Expr<PolicyName>, name: PolicyName): boolean {
  switch (expr.kind) {
    case "literal":
      return true;
    case "ref":
      return expr.ref !== name;
    case "cast":
      return isAloneAfterIn(expr.arg, name);
    case "case":
      return (
        expr.branches.every(({ when, value }) => isAloneAfterIn(when, name) && isAloneAfterIn(value, name)) &&
        (!expr.otherwise || isAloneAfterIn(expr.otherwise, name))
      );
    case "call": {
      const [first, second, ...others] = expr.args;
      const isList = expr.fn === "in" && others.length === 0 && second?.kind === "ref" && second.ref === name;
      return isList ? !first || isAloneAfterIn(first, name) : expr.args.every((arg) => isAloneAfterIn(arg, name));
    }
  }
}

function typeOfName(name: PolicyName, model: Model, claims: ReadonlyMap<string, ClaimType>): ScalarType {
  if (name.kind === "column") return model.columns?.get(name.name)?.type ?? "unknown";
  const type = claims.get(name.name)?.type;
  return type === "number" ? "decimal" : (type ?? "unknown");
}

function* fields(role: RolePolicyDefinition, model: Model, catalog: Catalog): Iterable<Diagnostic> {
  const known = fieldsOfModel(catalog, model);
  const metrics = catalog.metrics;
  const named = role.fields.kind === "all" ? [] : role.fields.names;
  for (const name of named) {
    const one = metrics.get(name.value);
    const isColumn = model.columns?.has(name.value) || model.dimensions.has(name.value);
    if (one && !isDefaultVersion(one) && !isColumn) {
      yield report("policy/one-version", { model: model.name, metric: one.id, version: one.version }, name.span);
      continue;
    }
    // A metric of several inputs may be granted by its name too.
    if (known.has(name.value) || metrics.has(name.value)) continue;
    const names = { model: model.name, field: name.value, known: known.keys() };
    yield report("policy/unknown-field", names, name.span);
  }
  for (const { dimension, mask } of role.masks) yield* masked(role, dimension, mask, model);
  for (const name of role.requiredFilters) {
    if (model.dimensions.has(name.value)) continue;
    const names = { model: model.name, name: name.value, known: model.dimensions.keys() };
    yield report("policy/required-filter", names, name.span);
  }
}

function* masked(role: RolePolicyDefinition, name: Located, mask: Mask, model: Model): Iterable<Diagnostic> {
  const dimension = model.dimensions.get(name.value);
  if (!dimension) {
    const names = { model: model.name, name: name.value, known: model.dimensions.keys() };
    yield report("policy/mask-not-a-dimension", names, name.span);
  } else if (!fits(mask, dimension)) {
    const kind = mask.kind.replace("_", " ");
    yield report("policy/mask-type", { name: name.value, mask: kind, type: dimension.type }, name.span);
  } else if (role.fields.kind === "except" && role.fields.names.some(({ value }) => value === name.value)) {
    yield report("policy/mask-hidden", { role: role.role.value, name: name.value }, name.span);
  }
}

function fits(mask: Mask, { type }: Dimension): boolean {
  switch (mask.kind) {
    case "null":
      return true;
    case "hash":
    case "last_four":
    case "constant":
      return type === "string";
    case "month":
      return type === "date" || type === "timestamp" || type === "timestamptz";
  }
}
