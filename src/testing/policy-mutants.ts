import type { Catalog, ModelPolicy, PolicyCondition, RolePolicy } from "../catalog/index.ts";
import type { Span } from "../diagnostics/index.ts";
import { allOf, conjuncts, print, printName } from "../expression/index.ts";

/** A policy that shows more than its author meant, by one thing. */
export interface PolicyMutant {
  readonly policy: ModelPolicy;
  /** What was changed: `mandatory tenant = claim('tenant') dropped`. */
  readonly change: string;
  /** Where that is written, or the policy's name. */
  readonly span: Span | null;
}

/** Every restriction of the policy taken away, one at a time. */
export function policyMutants(policy: ModelPolicy): readonly PolicyMutant[] {
  const { mandatory, minimumGroupSize, roles, span } = policy;
  return [
    ...mandatory.map((condition): PolicyMutant => {
      const others = mandatory.filter((other) => other !== condition);
      return {
        policy: { ...policy, mandatory: others },
        change: `mandatory ${condition.text} dropped`,
        span: condition.span,
      };
    }),
    ...(minimumGroupSize === null
      ? []
      : [{ policy: { ...policy, minimumGroupSize: null }, change: "minimum_group_size dropped", span }]),
    ...[...roles.values()].flatMap((role) =>
      roleMutants(role, span).map(({ role: wider, change, span: at }) => ({
        policy: { ...policy, roles: new Map(roles).set(role.role, wider) },
        change: `${role.role}: ${change}`,
        span: at,
      })),
    ),
  ];
}

interface RoleMutant {
  readonly role: RolePolicy;
  readonly change: string;
  readonly span: Span | null;
}

function roleMutants(role: RolePolicy, span: Span | null): readonly RoleMutant[] {
  const { masks, requiredFilters } = role;
  return [
    ...(role.rows ? rowMutants(role, role.rows) : []),
    ...widerFields(role).map(({ fields, change }) => ({ role: { ...role, fields }, change, span })),
    ...[...masks.keys()].map((name) => {
      const others = new Map([...masks].filter(([other]) => other !== name));
      return { role: { ...role, masks: others }, change: `mask of ${name} dropped`, span };
    }),
    ...requiredFilters.map((name) => {
      const others = requiredFilters.filter((other) => other !== name);
      return { role: { ...role, requiredFilters: others }, change: `required filter ${name} dropped`, span };
    }),
  ];
}

function rowMutants(role: RolePolicy, rows: PolicyCondition): readonly RoleMutant[] {
  const all = conjuncts(rows.expr);
  return all.map((dropped) => {
    const expr = allOf(all.filter((condition) => condition !== dropped));
    const text = print(dropped, (name) => (name.kind === "column" ? printName(name.name) : `claim('${name.name}')`));
    return { role: { ...role, rows: expr && { ...rows, expr } }, change: `${text} dropped`, span: rows.span };
  });
}

function widerFields({ fields }: RolePolicy): readonly { fields: RolePolicy["fields"]; change: string }[] {
  switch (fields.kind) {
    case "all":
      return [];
    case "only":
      return [{ fields: { kind: "all" }, change: "all fields allowed" }];
    case "except":
      return [...fields.names].map((name) => ({
        fields: { kind: "except", names: new Set([...fields.names].filter((other) => other !== name)) },
        change: `${name} allowed`,
      }));
  }
}

export function withPolicy(catalog: Catalog, policy: ModelPolicy): Catalog {
  return { ...catalog, policies: new Map(catalog.policies).set(policy.model, policy) };
}
