import type { MaskDefinition, PolicyDefinition, PolicyTestDefinition, RolePolicyDefinition } from "../definition.ts";
import type { PolicyShape } from "../schema/policy.ts";
import type { PolicyTestsShape } from "../schema/policy-test.ts";
import { at } from "../tree.ts";
import { type Build, complain, nameAt, textAt, texts } from "./build.ts";
import { buildGiven, buildRow } from "./metric-test.ts";

type RoleShape = NonNullable<PolicyShape["roles"]>[string];
type MaskShape = NonNullable<RoleShape["masks"]>[string];

export function buildPolicy(shape: PolicyShape, build: Build): PolicyDefinition {
  const roles = Object.entries(shape.roles ?? {});
  if (roles.length === 0 && shape.public !== true) {
    complain(build, at(build.tree, "policy"), "definition/empty-policy", { model: shape.policy });
  }
  return {
    name: textAt(build, "policy"),
    isPublic: shape.public ?? false,
    mandatory: texts(build, "mandatory"),
    minimumGroupSize: shape.minimum_group_size ?? null,
    roles: roles.map(([name, role]) => buildRole(name, role, build)),
    tests: (shape.tests ?? []).map((test, n) => buildTest(test, n, build)),
  };
}

function buildRole(name: string, shape: RoleShape, build: Build): RolePolicyDefinition {
  const path = ["roles", name];
  return {
    role: nameAt(build, ...path),
    rows: shape.rows === "all" ? null : textAt(build, ...path, "rows"),
    fields: fieldsOf(shape.fields, build, path),
    masks: Object.entries(shape.masks ?? {}).map(([dimension, mask]) => ({
      dimension: nameAt(build, ...path, "masks", dimension),
      mask: maskOf(mask),
    })),
    requiredFilters: texts(build, ...path, "required_filters"),
    explain: shape.explain ?? false,
  };
}

function fieldsOf(fields: RoleShape["fields"], build: Build, path: readonly string[]): RolePolicyDefinition["fields"] {
  if (fields === "all") return { kind: "all" };
  return Array.isArray(fields)
    ? { kind: "only", names: texts(build, ...path, "fields") }
    : { kind: "except", names: texts(build, ...path, "fields", "except") };
}

function maskOf(mask: MaskShape): MaskDefinition {
  if (mask === null) return { kind: "null" };
  return typeof mask === "string" ? { kind: mask } : { kind: "constant", value: mask.constant };
}

function buildTest(shape: PolicyTestsShape[number], n: number, build: Build): PolicyTestDefinition {
  const claims = Object.entries(shape.as.claims ?? {});
  return {
    name: textAt(build, "tests", n, "test"),
    roles: texts(build, "tests", n, "as", "roles"),
    claims: claims.map(([name, value]) => ({ name: nameAt(build, "tests", n, "as", "claims", name), value })),
    given: buildGiven(shape.given, build, n),
    ask: { ...shape.ask, ...(shape.ask.metrics !== undefined && { metrics: [shape.ask.metrics].flat() }) },
    expect: expectationOf(shape.expect, n, build),
  };
}

function expectationOf(
  shape: PolicyTestsShape[number]["expect"],
  n: number,
  build: Build,
): PolicyTestDefinition["expect"] {
  if (shape === "allow") return { kind: "allow" };
  if (shape === "deny") return { kind: "deny", code: null };
  if (!Array.isArray(shape)) return { kind: "deny", code: shape.deny };
  return { kind: "rows", rows: shape.map((_, row) => buildRow(build, "tests", n, "expect", row)) };
}
