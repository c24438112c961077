import type { Catalog } from "../../catalog/index.ts";
import { type Principal, readClaims } from "../../identity/index.ts";
import { claimDeclarations } from "../../policy/index.ts";
import { canonicalJson } from "../../std/index.ts";
import { modelsBelow, type Side } from "./sides.ts";

/** Somebody whom a row policy shows some of the rows: a role, and claims as the tests of the policy have them. */
export interface Persona {
  /** `orders: analyst (sees own region)`: model, role, and the test that the claims are of. */
  readonly name: string;
  readonly roles: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

/** So many of one role: tests of a policy often differ by their question only. */
const MOST_OF_A_ROLE = 3;

/** Everybody that the row policies of either revision tell apart, by name. */
export function personasOf(sides: readonly Side[]): readonly Persona[] {
  const found = new Map<string, Persona>();
  for (const side of sides.toReversed()) {
    for (const model of modelsBelow(side)) {
      for (const persona of ofModel(side.catalog, model)) {
        const key = `${model} ${canonicalJson([persona.roles, claimTexts(persona)])}`;
        if (!found.has(key)) found.set(key, persona);
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function principalOf({ roles, claims }: Persona, catalog: Catalog): Principal {
  return readClaims(JSON.stringify({ roles, claims }), claimDeclarations(catalog));
}

function ofModel(catalog: Catalog, model: string): readonly Persona[] {
  const policy = catalog.policies.get(model);
  if (!policy) return [];
  const tests = catalog.policyTests.get(model) ?? [];
  return [...policy.roles.values()].flatMap(({ role, rows }) => {
    if (rows === null && policy.mandatory.length === 0) return [];
    const named = new Map<string, Persona>();
    for (const test of tests.filter(({ roles }) => roles.includes(role))) {
      const persona = {
        name: `${model}: ${role} (${test.name})`,
        roles: test.roles,
        claims: Object.fromEntries(test.claims),
      };
      const key = canonicalJson([persona.roles, claimTexts(persona)]);
      if (!named.has(key)) named.set(key, persona);
    }
    // Whoever has no claims sees what needs none.
    if (named.size === 0) return [{ name: `${model}: ${role}`, roles: [role], claims: {} }];
    return [...named.values()].slice(0, MOST_OF_A_ROLE);
  });
}

function claimTexts({ claims }: Persona): string {
  return JSON.stringify(Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1)));
}
