import type { Catalog, Metric, Model, ModelPolicy, PolicyTest } from "../catalog/index.ts";
import { findMetric, metricsBelow } from "../catalog/index.ts";
import { metricUses } from "../policy/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import { withPolicy } from "./policy-mutants.ts";
import { runPolicyTest } from "./policy-tests.ts";
import { onEmbeddedEngine } from "./run.ts";

/**
 * The models below a metric whose rows not everybody sees, although no test beside a policy shows it: one that asks for
 * the metric, or for one below it that reads the model, as somebody who sees some rows, and that would fail if they saw all.
 */
export async function unshownRestrictions(catalog: Catalog, metric: Metric): Promise<readonly string[]> {
  const below = metricsBelow(catalog, metric);
  const restricted = new Map(
    metricUses(catalog, metric).flatMap(({ model }) => {
      const policy = catalog.policies.get(model.name);
      return policy && isRestricted(policy) ? [[model, policy] as const] : [];
    }),
  );
  if (restricted.size === 0) return [];
  return onEmbeddedEngine(async (warehouse) => {
    const unshown: string[] = [];
    for (const [model, policy] of restricted) {
      const names = below.filter((one) => reads(catalog, one, model)).map(({ name }) => name);
      if (!(await isShown(catalog, names, policy, warehouse))) unshown.push(model.name);
    }
    return unshown;
  });
}

/** The tests beside policies that ask for a metric by itself or with others, with the model of the policy. */
export function policyTestsOf(catalog: Catalog, metric: string): readonly (readonly [string, PolicyTest])[] {
  let known = byMetric.get(catalog);
  if (!known) byMetric.set(catalog, (known = testsByMetric(catalog)));
  return known.get(metric) ?? [];
}

const byMetric = new WeakMap<Catalog, ReadonlyMap<string, readonly (readonly [string, PolicyTest])[]>>();

function testsByMetric({
  policyTests,
  metrics,
}: Catalog): ReadonlyMap<string, readonly (readonly [string, PolicyTest])[]> {
  const found = new Map<string, (readonly [string, PolicyTest])[]>();
  for (const [policy, tests] of policyTests) {
    for (const test of tests) {
      for (const asked of metricsAsked(test)) {
        const name = findMetric(metrics, asked)?.name ?? asked;
        found.set(name, [...(found.get(name) ?? []), [policy, test]]);
      }
    }
  }
  return found;
}

function metricsAsked({ ask }: PolicyTest): ReadonlySet<string> {
  return new Set([ask["metrics"]].flat().filter((name) => typeof name === "string"));
}

async function isShown(
  catalog: Catalog,
  metrics: readonly string[],
  policy: ModelPolicy,
  warehouse: Warehouse,
): Promise<boolean> {
  const roles = new Map([...policy.roles].map(([name, role]) => [name, { ...role, rows: null }]));
  const open = withPolicy(catalog, { ...policy, mandatory: [], roles });
  for (const [of, test] of new Set(metrics.flatMap((name) => policyTestsOf(catalog, name)))) {
    if (test.expect.kind !== "rows") continue;
    const { status } = await runPolicyTest(catalog, of, test, warehouse);
    if (status !== "passed") continue;
    const { status: opened } = await runPolicyTest(open, of, test, warehouse);
    if (opened === "failed") return true;
  }
  return false;
}

function isRestricted({ mandatory, roles }: ModelPolicy): boolean {
  return mandatory.length > 0 || [...roles.values()].some(({ rows }) => rows !== null);
}

function reads(catalog: Catalog, metric: Metric, model: Model): boolean {
  return metricUses(catalog, metric).some((use) => use.model.name === model.name);
}
