import { coordinateOf, type Metric, versionsOf } from "../../catalog/index.ts";
import type { Finding } from "../finding.ts";
import type { Rules } from "../rules.ts";
import { coversLookback, recentUses, type UsageRecord } from "../usage/usage.ts";
import { found, type Judgement } from "./judgement.ts";

/**
 * What is gone from one day to the next breaks whoever asks for it: a metric leaves by a signed deprecation, after the day
 * that it named, when nobody asks for it any more, and leaves a tombstone (an event of type retire). So does a
 * version of it. A rename is a removal, unless the metric goes on answering under its former name.
 */
export function checkRemoved(judgement: Judgement): readonly Finding[] {
  const { base, rules, changes } = judgement;
  if (!base?.catalog || !rules) return [];
  const { metrics } = base.catalog;
  return changes.flatMap(({ kind, metric }) => {
    const before = kind === "went" ? metrics.get(metric) : undefined;
    // Nobody could ask for it, or was told that it was not finished.
    if (!before || before.isPrivate || before.lifecycle === "draft") return [];
    return [...deprecation(judgement, before), ...uses(judgement, before, rules)];
  });
}

function deprecation(judgement: Judgement, former: Metric): readonly Finding[] {
  const { ledgerOfFormerOwners, today, before } = judgement;
  const { id, version, span } = former;
  const metric = nameOf(judgement, former);
  // Of a metric that is gone as a whole, what was signed of any version counts.
  const events = [...ledgerOfFormerOwners.values()]
    .flat()
    .filter(({ isEffective }) => isEffective)
    .map(({ file }) => file.event)
    .filter((event) => event.metric === id && (metric === id || event.version === version));
  const deprecated = events.findLast(({ type }) => type === "deprecate");
  const retired = events.some(({ type }) => type === "retire");
  const wasCertified = events.some(({ type }) => type === "certify") || before.has(former.name);
  const subject = coordinateOf(former);
  const heir = heirOf(judgement, former);
  const renamed = heir === null ? "" : ` ${heir} means the same now.`;
  // A former name says itself until when it stays.
  const sunset = deprecated?.sunset ?? (former.aliasOf === null ? null : former.sunset);
  if (sunset !== null && today < sunset) {
    const message = `It was removed before ${sunset}, the day that was promised.${renamed}`;
    return [
      found("SUNSET_NOT_REACHED", subject, message, {
        span,
        fix: aliasFor(former, heir, sunset) ?? `put ${metric} back until ${sunset}`,
      }),
    ];
  }
  if (deprecated ? retired : !wasCertified) return [];
  const message = deprecated
    ? `It was removed without the event that keeps its name from being taken again.${renamed}`
    : `It was removed without having been deprecated.${renamed}`;
  return [
    found("REMOVED_WITHOUT_DEPRECATION", subject, message, {
      span,
      fix: deprecated
        ? `assay retire ${metric}`
        : (aliasFor(former, heir) ?? `put ${metric} back, then assay deprecate ${metric}`),
    }),
  ];
}

/** A metric that is new and computes what the lost one did. */
function heirOf({ head, base }: Judgement, { name }: Metric): string | null {
  const value = base?.fingerprints.get(name)?.parts.value;
  const same = [...head.fingerprints.values()].find(
    (one) => one.parts.value === value && !base?.fingerprints.has(one.metric),
  );
  return same?.metric ?? null;
}

/** What goes on under its former name is no removal: the definition that keeps that name, in place of the one that went. */
function aliasFor({ id, version }: Metric, heir: string | null, sunset = "DAY"): string | null {
  if (heir === null) return null;
  const numbered = version === 1 ? "" : `version: ${version}, `;
  return `keep its name for those who use it: { metric: ${id}, ${numbered}alias_of: ${heir}, sunset: ${sunset} }`;
}

/** `revenue`, or `revenue@1` where another version of it stays. */
function nameOf({ head }: Judgement, former: Metric): string {
  const stays = head.catalog && versionsOf(head.catalog, former.id).length > 0;
  return stays ? coordinateOf(former) : former.id;
}

function uses(judgement: Judgement, former: Metric, rules: Rules): readonly Finding[] {
  const { base, head, usage, today } = judgement;
  const { id, version, span } = former;
  const metric = nameOf(judgement, former);
  const subject = coordinateOf(former);
  // Where others stay, only who asked for this very version loses it.
  const isConcerned = (one: UsageRecord): boolean => one.metric === id && (metric === id || one.version === version);
  const some = usage ? recentUses(usage, rules, today).filter(isConcerned) : [];
  if (some.length > 0) {
    const calls = some.reduce((sum, one) => sum + one.calls, 0);
    const clients = [...new Set(some.map(({ client }) => client))].sort();
    return [
      found(
        "METRIC_REMOVED_IN_USE",
        subject,
        `It was asked for ${calls} times in the last ${rules.usage.lookbackDays} days, by ${clients.join(", ")}.`,
        { span, fix: aliasFor(former, heirOf(judgement, former)) ?? `put ${metric} back until nobody asks for it` },
      ),
    ];
  }
  const dropped = [...(base?.files.keys() ?? [])].find(
    (path) => path.startsWith("governance/usage/") && !head.files.has(path),
  );
  if (dropped !== undefined) {
    return [
      found("USAGE_UNKNOWN", subject, `${dropped} was removed, so it counts as in use.`, {
        span,
        fix: `put ${dropped} back`,
      }),
    ];
  }
  if (usage && coversLookback(usage, rules, today)) return [];
  const message = `No record tells whether it was asked for in the last ${rules.usage.lookbackDays} days, so it counts as in use.`;
  return [found("USAGE_UNKNOWN", subject, message, { span, fix: "assay usage roll-up, and commit governance/usage" })];
}
