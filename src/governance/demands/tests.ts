import type { Catalog, Metric, TestCase } from "../../catalog/index.ts";
import { casesOf } from "../../testing/index.ts";
import type { Lack } from "./lack.ts";
import type { Trial } from "./trial.ts";

const CASES: Readonly<Record<TestCase, string>> = {
  nulls: "a test with a value that is missing (covers: nulls)",
  refund: "a test with an amount that takes something off (covers: refund)",
  boundary: "a test with a row at the border of a period (covers: boundary)",
  empty: "a test without any rows (covers: empty)",
};

/** Tests that did not pass, or do not show what they have to. @param trial null: they were not run */
export function testLacks(catalog: Catalog, metric: Metric, trial: Trial | null): readonly Lack[] {
  const { name, span } = metric;
  const fix = `see assay test ${name}, and docs/definitions.md`;
  const lack = (rule: Lack["rule"], what: string, at: Lack["span"] = span): Lack => ({ rule, what, span: at, fix });
  if (!catalog.tests.has(name)) return [lack("TEST_CASE_MISSING", "tests beside it")];
  if (!trial) return [lack("TEST_FAILED", "a run of its tests")];
  if (trial.failed.length > 0) {
    return trial.failed.map((test) => lack("TEST_FAILED", `a test "${test.name}" that passes`, test.span));
  }
  const said = new Set((catalog.tests.get(name) ?? []).flatMap(({ covers }) => covers));
  return [
    ...casesOf(catalog, metric)
      .filter((one) => !said.has(one))
      .map((one) => lack("TEST_CASE_MISSING", CASES[one])),
    ...trial.pretended.map(({ message, span: at }) => lack("TEST_CASE_MISSING", message, at)),
    ...trial.unshown.map((model) =>
      lack(
        "TEST_CASE_MISSING",
        `a test beside the policy of ${model} that asks for it as somebody who sees some rows only`,
      ),
    ),
  ];
}

/** Wrong definitions that no test notices. */
export function mutantLacks(catalog: Catalog, metric: Metric, trial: Trial | null): readonly Lack[] {
  const { name, span } = metric;
  // Told as TEST_CASE_MISSING and TEST_FAILED.
  if (!catalog.tests.has(name) || !trial || trial.failed.length > 0) return [];
  const rule = "MUTANT_SURVIVES";
  if (!trial.mutants) {
    const fix = "certify fewer metrics at once, or shorten their tests";
    return [{ rule, what: "a trial of wrong definitions, which would take too many questions", span, fix }];
  }
  return trial.mutants.survivors.map(({ change, span: at }) => ({
    rule,
    what: `a test that notices this: ${change}`,
    span: at ?? span,
    fix: `assay test ${name} --mutate`,
  }));
}
