import type { Finding } from "../finding.ts";
import type { Rules } from "../rules.ts";
import { coversLookback, recentUses } from "../usage/usage.ts";
import { found, type Judgement, versioned } from "./judgement.ts";

/**
 * What is gone from one day to the next breaks whoever asks for it: a metric leaves by a signed deprecation, after the day
 * that it named, when nobody asks for it any more, and leaves a tombstone (an event of type retire). A rename is a removal.
 */
export function checkRemoved(judgement: Judgement): readonly Finding[] {
  const { base, rules, changes } = judgement;
  if (!base?.catalog || !rules) return [];
  const { metrics } = base.catalog;
  const gone = changes.filter(({ metric }) => metrics.has(metric) && !judgement.head.catalog?.metrics.has(metric));
  return gone.flatMap(({ metric }) => {
    const before = metrics.get(metric);
    // Nobody could ask for it, or was told that it was not finished.
    if (!before || before.isPrivate || before.lifecycle === "draft") return [];
    return [...deprecation(judgement, metric), ...uses(judgement, metric, rules)];
  });
}

function deprecation(judgement: Judgement, metric: string): readonly Finding[] {
  const { ledgerOfFormerOwners, today, before } = judgement;
  const events = (ledgerOfFormerOwners.get(metric) ?? [])
    .filter(({ isEffective }) => isEffective)
    .map(({ file }) => file.event);
  const deprecated = events.findLast(({ type }) => type === "deprecate");
  const retired = events.some(({ type }) => type === "retire");
  const wasCertified = events.some(({ type }) => type === "certify") || before.has(metric);
  const subject = versioned(judgement.base ?? judgement.head, metric);
  const span = judgement.base?.catalog?.metrics.get(metric)?.span ?? null;
  const heir = heirOf(judgement, metric);
  const renamed = heir === null ? "" : ` ${heir} means the same now.`;
  if (deprecated?.sunset !== undefined && today < deprecated.sunset) {
    const message = `It was removed before ${deprecated.sunset}, the day that was promised.${renamed}`;
    return [
      found("SUNSET_NOT_REACHED", subject, message, { span, fix: `put ${metric} back until ${deprecated.sunset}` }),
    ];
  }
  if (deprecated ? retired : !wasCertified) return [];
  const message = deprecated
    ? `It was removed without the event that keeps its name from being taken again.${renamed}`
    : `It was removed without having been deprecated.${renamed}`;
  return [
    found("REMOVED_WITHOUT_DEPRECATION", subject, message, {
      span,
      fix: deprecated ? `assay retire ${metric}` : `put ${metric} back, then assay deprecate ${metric}`,
    }),
  ];
}

/** A metric that is new and computes what the lost one did. */
function heirOf({ head, base }: Judgement, metric: string): string | null {
  const value = base?.fingerprints.get(metric)?.parts.value;
  const same = [...head.fingerprints.values()].find(
    (one) => one.parts.value === value && !base?.fingerprints.has(one.metric),
  );
  return same?.metric ?? null;
}

function uses({ base, head, usage, today }: Judgement, metric: string, rules: Rules): readonly Finding[] {
  const subject = versioned(base ?? head, metric);
  const span = base?.catalog?.metrics.get(metric)?.span ?? null;
  const some = usage ? recentUses(usage, rules, today).filter((one) => one.metric === metric) : [];
  if (some.length > 0) {
    const calls = some.reduce((sum, one) => sum + one.calls, 0);
    const clients = [...new Set(some.map(({ client }) => client))].sort();
    return [
      found(
        "METRIC_REMOVED_IN_USE",
        subject,
        `It was asked for ${calls} times in the last ${rules.usage.lookbackDays} days, by ${clients.join(", ")}.`,
        { span, fix: `put ${metric} back until nobody asks for it` },
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
