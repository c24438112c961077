import type { Catalog, MetricTest } from "../catalog/index.ts";
import { metricsBelow } from "../catalog/index.ts";
import type { Span } from "../diagnostics/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import type { Mutant } from "./mutants.ts";
import { mutantsOf } from "./mutants.ts";
import { policyMutants, withPolicy } from "./policy-mutants.ts";
import { runPolicyTest } from "./policy-tests.ts";
import { onEmbeddedEngine, runTest, withMetric } from "./run.ts";

/** A wrong definition that passes every test. */
export interface Survivor {
  /** Name of the metric, or of the model of the policy. */
  readonly name: string;
  readonly kind: "metric" | "policy";
  readonly change: string;
  readonly span: Span | null;
}

export interface MutationReport {
  /** Wrong definitions that were tried, survivors included. */
  readonly tried: number;
  /** In the order of the catalog. */
  readonly survivors: readonly Survivor[];
  /** Changes that make no definition: the engine refuses every question about them. */
  readonly refused: number;
}

/**
 * Changes one thing at a time in each of the metrics and sees whether a test notices. A metric below them without tests
 * of its own is tried with the tests of those that rest on it.
 *
 * @param metrics Whose tests pass.
 * @param onTried Called before each of them, with how many were tried and how many there are.
 */
export async function tryMutants(
  catalog: Catalog,
  metrics: readonly string[],
  onTried: (tried: number, all: number) => void = () => {},
): Promise<MutationReport> {
  return onEmbeddedEngine(async (warehouse) => {
    const survivors: Survivor[] = [];
    const counts = { noticed: 0, survived: 0, refused: 0 };
    const trials = trialsOf(catalog, metrics);
    const all = trials.reduce((sum, { mutants }) => sum + mutants.length, 0);
    for (const { name, tests, mutants } of trials) {
      for (const mutant of mutants) {
        onTried(counts.noticed + counts.survived + counts.refused, all);
        const fate = await fateOf(catalog, mutant, tests, warehouse);
        counts[fate] += 1;
        if (fate === "survived") survivors.push({ name, kind: "metric", change: mutant.change, span: mutant.span });
      }
    }
    return { tried: counts.noticed + counts.survived, survivors, refused: counts.refused };
  });
}

/** How many questions it takes at most to try all mutants of these metrics. */
export function questionsOfMutants(catalog: Catalog, metrics: readonly string[]): number {
  return trialsOf(catalog, metrics).reduce((sum, { tests, mutants }) => sum + tests.length * mutants.length, 0);
}

function trialsOf(catalog: Catalog, metrics: readonly string[]) {
  return subjectsOf(catalog, metrics).map(({ name, tests }) => {
    const metric = catalog.metrics.get(name);
    const isOwn = tests.every((test) => test.metric === name);
    const mutants = (metric ? mutantsOf(metric, catalog.models) : []).filter(({ isOwnOnly }) => isOwn || !isOwnOnly);
    return { name, tests, mutants };
  });
}

/**
 * Takes one restriction away at a time from each of the policies, and sees whether a test beside it notices.
 *
 * @param models Whose policies' tests pass.
 */
export async function tryPolicyMutants(catalog: Catalog, models: readonly string[]): Promise<MutationReport> {
  return onEmbeddedEngine(async (warehouse) => {
    const survivors: Survivor[] = [];
    let tried = 0;
    for (const name of models) {
      const policy = catalog.policies.get(name);
      for (const { policy: wider, change, span } of policy ? policyMutants(policy) : []) {
        tried += 1;
        const isNoticed = await noticesPolicy(withPolicy(catalog, wider), name, warehouse);
        if (!isNoticed) survivors.push({ name, kind: "policy", change, span });
      }
    }
    return { tried, survivors, refused: 0 };
  });
}

async function noticesPolicy(catalog: Catalog, name: string, warehouse: Warehouse): Promise<boolean> {
  for (const test of catalog.policyTests.get(name) ?? []) {
    const { status } = await runPolicyTest(catalog, name, test, warehouse);
    if (status !== "passed") return true;
  }
  return false;
}

interface Subject {
  readonly name: string;
  /** Its own, or where it has none, those of the metrics that rest on it. */
  readonly tests: readonly { readonly metric: string; readonly test: MetricTest }[];
}

function subjectsOf(catalog: Catalog, metrics: readonly string[]): readonly Subject[] {
  const testsOf = (name: string) => (catalog.tests.get(name) ?? []).map((test) => ({ metric: name, test }));
  const above = new Map<string, string[]>();
  for (const name of metrics) {
    const metric = catalog.metrics.get(name);
    for (const below of metric ? metricsBelow(catalog, metric) : []) {
      if (below.name === name || !catalog.tests.has(below.name)) {
        above.set(below.name, [...(above.get(below.name) ?? []), name]);
      }
    }
  }
  return [...catalog.metrics.keys()].flatMap((name) => {
    const users = above.get(name);
    return users ? [{ name, tests: catalog.tests.has(name) ? testsOf(name) : users.flatMap(testsOf) }] : [];
  });
}

async function fateOf(
  catalog: Catalog,
  mutant: Mutant,
  tests: Subject["tests"],
  warehouse: Warehouse,
): Promise<"noticed" | "survived" | "refused"> {
  const changed = withMetric(catalog, mutant.metric);
  let isAnswered = false;
  for (const { metric, test } of tests) {
    const { status } = await runTest(changed, metric, test, warehouse);
    if (status === "failed") return "noticed";
    if (status === "passed") isAnswered = true;
  }
  return isAnswered ? "survived" : "refused";
}
