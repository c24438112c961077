import type { Metric } from "../../catalog/index.ts";
import { testedAs } from "../evidence.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import type { Rules } from "../rules.ts";
import type { GovernedTree } from "../tree.ts";
import { needsTrial } from "./demands.ts";
import { type Progress, type Trial, tryTests } from "./trial.ts";

/**
 * The metrics whose last certification comes with the change. An emergency is none: what it follows has to have all that it
 * needs, as it counts for the next report of how numbers change.
 */
export function newlyCertified(
  { catalog, events }: GovernedTree,
  base: GovernedTree,
): readonly { readonly metric: Metric; readonly event: LedgerEvent }[] {
  return [...(catalog?.metrics.values() ?? [])].flatMap((metric) => {
    const last = events
      .get(metric.id)
      ?.findLast(({ event }) => event.type === "certify" && event.version === metric.version && !event.emergency);
    if (!last || base.files.has(last.file.path)) return [];
    return [{ metric, event: last.event }];
  });
}

/**
 * Runs the tests of all metrics whose certification a change brings, as the check of that change has to: only what ran here
 * counts.
 *
 * @param rules Of the branch that it goes to
 */
export async function tryNewlyCertified(
  head: GovernedTree,
  base: GovernedTree,
  rules: Rules | null,
  onProgress: Progress,
): Promise<ReadonlyMap<string, Trial>> {
  const { catalog } = head;
  if (!catalog || !rules) return new Map();
  const names = newlyCertified(head, base).flatMap(({ metric }) =>
    needsTrial(rules, metric) && catalog.tests.has(testedAs(catalog, metric.name)) ? [metric.name] : [],
  );
  return tryTests(catalog, names, onProgress);
}
