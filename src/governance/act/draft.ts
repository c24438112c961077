import { findMetric, type Metric, splitCoordinate } from "../../catalog/index.ts";
import { contractPath, sourcesOf } from "../demands/contract.ts";
import { allBelow } from "../demands/inputs.ts";
import { contractDigest, contractKind, testsDigest } from "../evidence.ts";
import { addDays } from "../ledger/day.ts";
import type { EventType, LedgerEvent } from "../ledger/event.ts";
import { digestOf } from "../ledger/print-event.ts";
import type { GovernedTree, LedgerFile } from "../tree.ts";

/** Why an event cannot be made, with the way out. */
export class ActError extends Error {
  override readonly name = "ActError";
  readonly help: string;

  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

export interface Draft {
  readonly type: EventType;
  readonly metric: string;
  readonly reason: string;
  readonly migrates?: string;
  readonly expires?: string;
  readonly emergency?: true;
  readonly evidence?: Readonly<Record<string, string>>;
  readonly sunset?: string;
  readonly replacedBy?: string;
}

/**
 * The next event of a metric, nobody's approval on it yet.
 *
 * @param today `YYYY-MM-DD`, UTC.
 * @throws ActError where the tree is not governed, or there is no such metric and never was one
 */
export function nextEvent(tree: GovernedTree, { type, metric, reason, ...more }: Draft, today: string): LedgerEvent {
  const { rules } = tree;
  if (!rules) throw new ActError("Nothing governs these metrics.", "write governance/policy.yaml: docs/governance.md");
  const last = lastEvent(tree, metric);
  const defined = definedAs(tree, metric);
  const fingerprint = defined && tree.fingerprints.get(defined.name);
  const named = splitCoordinate(metric);
  // A version that is gone is known by what was signed of it.
  const former = named ? chainOf(tree, metric).findLast(({ event }) => event.version === named.version) : last;
  if (!fingerprint && !(type === "retire" && former)) {
    throw new ActError(`There is no metric "${metric}".`, "assay lock --check lists the metrics");
  }
  const { value, access, shape } = fingerprint?.parts ?? former?.event.parts ?? { value: "", access: "", shape: "" };
  const { replacedBy, ...rest } = more;
  return {
    type,
    metric: defined?.id ?? named?.id ?? metric,
    version: fingerprint?.version ?? former?.event.version ?? 1,
    seq: (last?.event.seq ?? 0) + 1,
    fingerprint: fingerprint?.certified ?? former?.event.fingerprint ?? "",
    parts: { value, access, shape },
    policy: rules.digest,
    issued: today,
    ...rest,
    ...(replacedBy !== undefined && { replaced_by: replacedBy }),
    reason,
    prev: last ? digestOf(last.event) : null,
    approvals: [],
  };
}

/** Of a metric, whichever of its versions it is about: their events are one chain. */
export function lastEvent(tree: GovernedTree, metric: string): LedgerFile | null {
  return chainOf(tree, metric).at(-1) ?? null;
}

function chainOf(tree: GovernedTree, metric: string): readonly LedgerFile[] {
  return tree.events.get(definedAs(tree, metric)?.id ?? splitCoordinate(metric)?.id ?? metric) ?? [];
}

/** The metric that somebody names: `revenue`, or one version of it, `revenue@1`. */
export function definedAs({ catalog }: GovernedTree, metric: string): Metric | null {
  return (catalog && findMetric(catalog.metrics, metric)) ?? null;
}

/**
 * Until when a certification of today may hold: as long as the rules allow, and no longer than what the metric is made of.
 *
 * @param asked `YYYY-MM-DD`; null: as long as may be.
 */
export function expiryOf(
  tree: GovernedTree,
  metric: string,
  today: string,
  asked: string | null,
  expiries: ReadonlyMap<string, string | null>,
): string {
  const days = tree.rules?.maxValidityDays ?? 0;
  const own = asked ?? addDays(today, days);
  const definition = tree.catalog?.metrics.get(metric);
  if (!tree.catalog || !definition) return own;
  const inputs = allBelow(tree.catalog, metric).flatMap((name) => expiries.get(name) ?? []);
  return [own, ...inputs].sort()[0] ?? own;
}

/** Digests of what a certification leans on that stands in the tree; what it has none of is left out. */
export function evidenceOf({ catalog, files }: GovernedTree, metric: string): Readonly<Record<string, string>> {
  const definition = catalog?.metrics.get(metric);
  if (!catalog || !definition) return {};
  const tests = testsDigest(catalog, metric);
  const contracts = [...sourcesOf(catalog, definition).keys()].flatMap((model) => {
    const file = files.get(contractPath(model));
    return file ? [[contractKind(model), contractDigest(file)] as const] : [];
  });
  return { ...(tests && { tests }), ...Object.fromEntries(contracts) };
}
