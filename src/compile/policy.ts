import type { ClaimType, ModelPolicy, PolicyCondition, RolePolicy } from "../catalog/index.ts";
import type { Located, PolicyDefinition, ProjectDefinition, RolePolicyDefinition } from "../definition/index.ts";
import { parsePolicyCondition } from "../expression/index.ts";
import type { Report } from "./parsed.ts";
import { parsed, UNREADABLE } from "./parsed.ts";

export function buildClaims(project: ProjectDefinition | null): ReadonlyMap<string, ClaimType> {
  const claims = (project?.claims ?? []).map(({ name, ...type }) => ({ ...type, name: name.value }));
  return new Map(claims.map((claim) => [claim.name, claim]));
}

export function buildPolicy(definition: PolicyDefinition, report: Report): ModelPolicy {
  return {
    model: definition.name.value,
    isPublic: definition.isPublic,
    mandatory: definition.mandatory.map((text) => buildCondition(text, report)),
    minimumGroupSize: definition.minimumGroupSize,
    roles: new Map(definition.roles.map((role) => [role.role.value, buildRole(role, report)])),
    span: definition.name.span,
  };
}

function buildRole(definition: RolePolicyDefinition, report: Report): RolePolicy {
  const { role, rows, fields, masks, requiredFilters, explain } = definition;
  return {
    role: role.value,
    rows: rows && buildCondition(rows, report),
    fields:
      fields.kind === "all"
        ? { kind: "all" }
        : { kind: fields.kind, names: new Set(fields.names.map((name) => name.value)) },
    masks: new Map(masks.map(({ dimension, mask }) => [dimension.value, mask])),
    requiredFilters: requiredFilters.map((name) => name.value),
    mayExplain: explain,
  };
}

function buildCondition(text: Located, report: Report): PolicyCondition {
  return { expr: parsed(parsePolicyCondition, text, report) ?? UNREADABLE, text: text.value, span: text.span };
}
