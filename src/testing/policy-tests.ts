import type { Catalog, PolicyTest } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { explainQuery } from "../engine/index.ts";
import { OPERATOR, type Principal, readClaims } from "../identity/index.ts";
import { claimDeclarations } from "../policy/index.ts";
import { parseRequest } from "../request/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import type { Difference } from "./compare.ts";
import { askGiven, onEmbeddedEngine } from "./run.ts";

/** How one test of a policy ended. `contradicted`: other than it expects, in words; `broken`: nobody could be answered. */
export type PolicyOutcome = { readonly policy: string; readonly test: PolicyTest } & (
  | { readonly status: "passed" }
  | { readonly status: "failed"; readonly difference: Difference }
  | { readonly status: "contradicted"; readonly expected: string; readonly answered: string }
  | { readonly status: "broken"; readonly message: string }
);

/** Runs every test beside the policies of these models. No warehouse is asked. */
export async function runPolicyTests(catalog: Catalog, models: readonly string[]): Promise<readonly PolicyOutcome[]> {
  return onEmbeddedEngine(async (warehouse) => {
    const outcomes: PolicyOutcome[] = [];
    for (const policy of models) {
      for (const test of catalog.policyTests.get(policy) ?? []) {
        outcomes.push(await runPolicyTest(catalog, policy, test, warehouse));
      }
    }
    return outcomes;
  });
}

export async function runPolicyTest(
  catalog: Catalog,
  policy: string,
  test: PolicyTest,
  warehouse: Warehouse,
): Promise<PolicyOutcome> {
  const { expect } = test;
  // What not even the operator can ask would be refused whatever the policies say.
  const mistake = refusalFor(catalog, test, OPERATOR);
  if (mistake) return { policy, test, status: "broken", message: mistake.message };
  const user = principalOf(catalog, test);
  const refusal = refusalFor(catalog, test, user);
  const expected = expect.kind === "rows" ? plural(expect.rows.length) : inWords(expect.kind, expect);
  if (refusal) {
    const isExpected = expect.kind === "deny" && (expect.code === null || expect.code === refusal.code);
    if (isExpected) return { policy, test, status: "passed" };
    const answered = `deny: ${refusal.code}: ${refusal.message}`;
    return { policy, test, status: "contradicted", expected, answered };
  }
  if (expect.kind === "deny") return { policy, test, status: "contradicted", expected, answered: "allow" };
  if (expect.kind === "allow") return { policy, test, status: "passed" };
  const asked = await askGiven(catalog, test, expect.rows, user, warehouse);
  if ("thrown" in asked) return { policy, test, status: "broken", message: asked.message };
  const { difference } = asked;
  return difference ? { policy, test, status: "failed", difference } : { policy, test, status: "passed" };
}

function refusalFor(catalog: Catalog, { ask }: PolicyTest, principal: Principal): Refusal | null {
  try {
    explainQuery(catalog, "duckdb", parseRequest(ask), principal);
    return null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

/** As `--as` reads it from a file. */
function principalOf(catalog: Catalog, { roles, claims }: PolicyTest): Principal {
  return readClaims(JSON.stringify({ roles, claims: Object.fromEntries(claims) }), claimDeclarations(catalog));
}

function inWords(kind: "allow" | "deny", expect: PolicyTest["expect"]): string {
  return expect.kind === "deny" && expect.code !== null ? `deny: ${expect.code}` : kind;
}

function plural(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}
