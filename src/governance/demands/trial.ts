import type { Catalog, Metric, TestCase } from "../../catalog/index.ts";
import type { Span } from "../../diagnostics/index.ts";
import { canonicalJson, sha256 } from "../../std/index.ts";
import {
  policyTestsOf,
  questionsOfMutants,
  runPolicyTests,
  runTests,
  tryCases,
  tryMutants,
  unshownRestrictions,
} from "../../testing/index.ts";
import { testedAs, testsDigest } from "../evidence.ts";
import type { GovernedTree } from "../tree.ts";

/** What became of the tests of one metric on the embedded engine. */
export interface Trial {
  /** Of the tests that were run: `evidence.tests`. */
  readonly tests: string | null;
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly span: Span }[];
  /** Cases that some test says it shows, and does. */
  readonly cases: ReadonlySet<TestCase>;
  readonly pretended: readonly { readonly message: string; readonly span: Span }[];
  /** Models whose rows not everybody sees, which no test beside a policy shows for this metric. */
  readonly unshown: readonly string[];
  /** null: not tried, as tests fail, or as it would take too long. */
  readonly mutants: Mutants | null;
}

export interface Mutants {
  readonly tried: number;
  /** Changes that make no definition. */
  readonly refused: number;
  readonly survivors: readonly { readonly change: string; readonly span: Span | null }[];
}

/** How far it is, in words. */
export type Progress = (message: string) => void;

/** So many questions are asked of mutants in one go at most; a few thousand take a minute. */
const MOST_QUESTIONS = 20_000;

/**
 * Runs the tests of metrics, tries whether they show what they say, and changes one thing at a time in the definitions to see
 * whether they notice. Nothing else of the definitions is run, and no warehouse is asked.
 *
 * @param metrics Their names; those that have no tests are told to have none.
 */
export async function tryTests(
  catalog: Catalog,
  metrics: readonly string[],
  onProgress: Progress,
): Promise<ReadonlyMap<string, Trial>> {
  const trials = new Map<string, Trial>();
  let questions = 0;
  for (const name of metrics) {
    const metric = catalog.metrics.get(testedAs(catalog, name));
    if (!metric) continue;
    questions += questionsOfMutants(catalog, [metric.name]);
    const place = `${trials.size + 1} of ${metrics.length}, ${name}`;
    onProgress(`tests: ${place}`);
    trials.set(name, {
      ...(await tryMetric(catalog, metric, questions <= MOST_QUESTIONS, (tried, all) => {
        if (tried % 20 === 0) onProgress(`wrong definitions: ${place}: ${tried} of ${all}`);
      })),
      tests: testsDigest(catalog, name),
    });
  }
  return trials;
}

async function tryMetric(
  catalog: Catalog,
  metric: Metric,
  isShort: boolean,
  onTried: (tried: number, all: number) => void,
): Promise<Omit<Trial, "tests">> {
  const { name } = metric;
  const own = await runTests(catalog, [name]);
  const beside = new Set(policyTestsOf(catalog, name).map(([, test]) => test));
  const policies = [...new Set(policyTestsOf(catalog, name).map(([policy]) => policy))];
  const others = (await runPolicyTests(catalog, policies)).filter(({ test }) => beside.has(test));
  const outcomes = [...own, ...others];
  const failed = outcomes.filter(({ status }) => status !== "passed").map(({ test }) => test);
  const pretences = failed.length === 0 ? await tryCases(catalog, metric) : [];
  const shown = (catalog.tests.get(name) ?? []).flatMap((test) =>
    test.covers.filter((one) => !pretences.some((other) => other.test === test && other.testCase === one)),
  );
  const isTried = failed.length === 0 && own.length > 0 && isShort;
  const mutation = isTried ? await tryMutants(catalog, [name], onTried) : null;
  return {
    passed: outcomes.length - failed.length,
    failed: failed.map((test) => ({ name: test.name, span: test.span })),
    cases: new Set(failed.length === 0 ? shown : []),
    pretended: pretences.map(({ test, testCase, why }) => ({
      message: `a test of ${testCase} in place of "${test.name}": ${why}`,
      span: test.span,
    })),
    unshown: await unshownRestrictions(catalog, metric),
    mutants: mutation && {
      tried: mutation.tried,
      refused: mutation.refused,
      survivors: mutation.survivors.map(({ name: of, change, span }) => ({ change: `${of}: ${change}`, span })),
    },
  };
}

/** `metrics-trial/1`: what a certification leans on as `evidence.mutants`. null: it did not go well. */
export function trialDocument(
  { fingerprints }: GovernedTree,
  { name, id, version }: Metric,
  { tests, passed, failed, cases, pretended, unshown, mutants }: Trial,
): { readonly digest: string; readonly path: string; readonly text: string } | null {
  if (failed.length + pretended.length + unshown.length > 0 || !mutants || mutants.survivors.length > 0) return null;
  const document = {
    schema: "metrics-trial/1",
    metric: `${id}@${version}`,
    fingerprint: fingerprints.get(name)?.certified ?? "",
    tests,
    passed: String(passed),
    cases: [...cases].sort(),
    mutants: { tried: String(mutants.tried), refused: String(mutants.refused), survived: "0" },
  };
  const digest = sha256(canonicalJson(document));
  return {
    digest: `sha256:${digest}`,
    path: `governance/evidence/${digest}.json`,
    text: `${JSON.stringify(document, null, 2)}\n`,
  };
}
