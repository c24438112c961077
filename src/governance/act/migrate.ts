import { coordinateOf } from "../../catalog/index.ts";
import { specOf } from "../fingerprint/fingerprint.ts";
import { dayOf } from "../ledger/day.ts";
import type { LedgerEvent } from "../ledger/event.ts";
import { foldLedger } from "../ledger/fold.ts";
import { eventPath, printEvent } from "../ledger/print-event.ts";
import { changedBesides, isMigratable } from "../migration.ts";
import type { GovernedTree } from "../tree.ts";
import { ActError, definedAs, nextEvent } from "./draft.ts";

export interface MigrateRequest {
  /** Names of metrics; empty: all that are certified by an older specification. */
  readonly metrics: readonly string[];
  /** null: that there is a newer specification. */
  readonly reason: string | null;
  /** Where the change begins; null: nobody said. */
  readonly base: GovernedTree | null;
  readonly now: Date;
}

/**
 * Events that bind what was certified to its fingerprint by the newest specification too. Nobody approves them: the check
 * proves that the one that was signed still is that of the definition at the base, and that nothing else changes.
 *
 * @throws ActError where there is nothing newer, or what is asked for is not certified, or something else changes
 */
export function migrateFingerprints(
  tree: GovernedTree,
  { metrics, reason, base, now }: MigrateRequest,
): { readonly files: ReadonlyMap<string, string>; readonly events: readonly LedgerEvent[] } {
  const { catalog, fingerprints } = tree;
  if (!catalog) throw new ActError("The definitions do not load.", "assay check shows why");
  const newest = specOf([...fingerprints.values()][0]?.certified ?? "");
  const { certifications, judged } = foldLedger({ ...tree, metrics: catalog.metrics, now, isNew: () => false });
  const boundOf = (name: string): string | null =>
    judged
      .get(name)
      ?.findLast(({ isEffective, file }) => isEffective && ["certify", "migrate"].includes(file.event.type))?.file.event
      .fingerprint ?? null;
  const isOlder = (name: string): boolean => specOf(boundOf(name) ?? newest) !== newest;
  const named = metrics.map((name) => {
    const metric = definedAs(tree, name);
    if (!metric) throw new ActError(`There is no metric "${name}".`, "assay lock lists the metrics");
    return metric.name;
  });
  const all = [...catalog.metrics.keys()];
  const due = (named.length > 0 ? named : all.filter((name) => isMigratable(statusOf(name)))).filter(isOlder);
  if (due.length === 0) {
    throw new ActError(
      `${newest} is the newest specification of fingerprints, and nothing of what is to be migrated was signed by an older one.`,
      "leave the certifications as they are: they hold",
    );
  }
  if (!base) {
    throw new ActError(
      "Nobody said where the change begins: what is certified there is migrated.",
      "as in --base origin/main",
    );
  }
  const [other] = changedBesides(base, tree);
  if (other !== undefined) {
    throw new ActError(`Fingerprints are migrated by themselves, and ${other} changes too.`, "make it another change");
  }
  let written = tree;
  const events = due.map((name) => {
    const metric = catalog.metrics.get(name);
    const status = statusOf(name);
    if (!isMigratable(status)) {
      throw new ActError(
        `${metric ? coordinateOf(metric) : name} is ${status}, and only what is certified is migrated.`,
        `assay certify ${name} has it signed by ${newest}`,
      );
    }
    const migrates = boundOf(name) ?? "";
    const draft = {
      type: "migrate" as const,
      metric: name,
      migrates,
      reason: reason ?? `${newest} beside ${specOf(migrates)}`,
    };
    const event = nextEvent(written, draft, dayOf(now.getTime()));
    const file = { path: eventPath(event), text: printEvent(event) };
    const chain = written.events.get(event.metric) ?? [];
    // Versions of a metric share a chain, in which the next one follows this one.
    written = { ...written, events: new Map(written.events).set(event.metric, [...chain, { file, event }]) };
    return event;
  });
  return { files: new Map(events.map((event) => [eventPath(event), printEvent(event)])), events };

  function statusOf(name: string) {
    return certifications.get(name)?.status ?? "none";
  }
}
