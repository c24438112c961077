import type { Metric } from "../../catalog/index.ts";
import { testedAs } from "../evidence.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import type { EvidenceKind, Rules } from "../rules.ts";
import type { GovernedTree } from "../tree.ts";
import { contractLacks } from "./contract.ts";
import { definitionLacks } from "./definition.ts";
import type { Lack } from "./lack.ts";
import { mutantLacks, testLacks } from "./tests.ts";
import type { Trial } from "./trial.ts";

export function isDemanded({ evidence }: Rules, kind: EvidenceKind, { tier }: Metric): boolean {
  return evidence[kind] === "required" || (evidence[kind] === "gold" && tier === "gold");
}

/** Whether somebody has to run the tests of a metric. */
export function needsTrial(rules: Rules, metric: Metric): boolean {
  return isDemanded(rules, "tests", metric) || isDemanded(rules, "mutants", metric);
}

/** What a metric lacks to be certified, of all that does not depend on what was signed before. @param trial null: none was run */
export function lacksOf(tree: GovernedTree, rules: Rules, metric: Metric, trial: Trial | null): readonly Lack[] {
  const { catalog } = tree;
  if (!catalog) return [];
  const tested = catalog.metrics.get(testedAs(catalog, metric.name)) ?? metric;
  return [
    ...(isDemanded(rules, "definition", metric) ? definitionLacks(catalog, metric) : []),
    ...(isDemanded(rules, "tests", metric) ? testLacks(catalog, tested, trial) : []),
    ...(isDemanded(rules, "mutants", metric) ? mutantLacks(catalog, tested, trial) : []),
    ...contractLacks(tree, metric, isDemanded(rules, "contract", metric)),
  ];
}

/**
 * Whether a certify gives a version other numbers than the last one that counted, so that somebody has to have looked how
 * they change.
 *
 * @param earlier Events of the metric before it that count.
 */
export function changesValue(
  event: Pick<LedgerEvent, "version" | "parts">,
  earlier: readonly LedgerEvent[],
): LedgerEvent | null {
  // A fix in an emergency was signed without looking.
  const former = earlier.findLast(
    ({ type, version, emergency }) =>
      (type === "certify" || type === "migrate") && version === event.version && !emergency,
  );
  return former && former.parts.value !== event.parts.value ? former : null;
}
