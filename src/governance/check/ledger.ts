import { restsOn } from "../../catalog/index.ts";
import type { Finding } from "../finding.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import type { GovernedTree } from "../tree.ts";
import { effectsOf, found, isElsewhere, type Judgement, placeOfMetric, touched, versioned } from "./judgement.ts";

/** What is written once and for all. */
const FOR_EVER = /^governance\/(certifications|batches|policies|evidence)\//;

/** LEDGER_REWRITTEN: what was merged stays as it is. */
export function checkRewritten({ head, base }: Judgement): readonly Finding[] {
  if (!base) return [];
  return [...base.files.values()].flatMap((before) => {
    if (!FOR_EVER.test(before.path)) return [];
    const after = head.files.get(before.path);
    if (after && sameText(after.text, before.text)) return [];
    return [
      found("LEDGER_REWRITTEN", before.path, `A merged record was ${after ? "edited" : "removed"}.`, {
        span: after ? { file: after, start: 0, end: 0 } : null,
        fix: `git checkout ${base.revision.split(" ")[0]} -- ${before.path}`,
      }),
    ];
  });
}

/** Line ends are git's to change. */
function sameText(one: string, other: string): boolean {
  return one === other || one.replaceAll("\r\n", "\n") === other.replaceAll("\r\n", "\n");
}

/** EVENT_INVALID: what cannot be read, or lies where no event belongs. */
export function checkReadable({ head }: Judgement): readonly Finding[] {
  const broken = head.brokenEvents.map(({ file, problem }) =>
    found("EVENT_INVALID", file.path, `This event cannot be read: ${problem}.`, {
      span: { file, start: 0, end: 0 },
      fix: "git restore the file, or make the event again with assay certify",
    }),
  );
  return [...broken, ...strangers(head)];
}

function strangers({ files }: GovernedTree): readonly Finding[] {
  const known = /^governance\/certifications\/[a-z0-9_]+\/\d{4}\.json$/;
  return [...files.values()].flatMap((file) =>
    file.path.startsWith("governance/certifications/") && !known.test(file.path)
      ? [
          found("EVENT_INVALID", file.path, "No event of certification has such a name, so nobody reads it.", {
            fix: "name it governance/certifications/<metric>/NNNN.json, or remove it",
          }),
        ]
      : [],
  );
}

/** What signatures and days of the events come to. An event that only waits for approvals is told as such. */
export function checkEvents(judgement: Judgement): readonly Finding[] {
  const { head, ledger, ledgerOfFormerOwners } = judgement;
  const isTouched = touched(judgement);
  const isNew = newEvents(judgement);
  return [...ledger].flatMap(([metric, events]) => {
    const isGone = !head.catalog?.metrics.has(metric);
    // Who owned what is gone is known of the base alone; later nobody can tell whether the right ones signed.
    const judgedEvents = isGone ? (ledgerOfFormerOwners.get(metric) ?? events) : events;
    return judgedEvents.flatMap((judged) => {
      const { file } = judged.file;
      const counts = isNew.has(file.path) || isTouched.has(metric) || judgement.isWhole || !judgement.base;
      const isPassed = judgedEvents.some((other) => other.isEffective && other.file.event.seq > judged.file.event.seq);
      const told = judged.problems.filter(
        ({ isFatal }) => isFatal || (!isPassed && (!isGone || (judgement.base !== null && isNew.has(file.path)))),
      );
      const byRule = Map.groupBy(told, ({ rule }) => rule);
      return [...byRule].map(([rule, problems]) =>
        found(rule, versioned(head, metric), problems.map(({ message }) => message).join(" "), {
          span: { file, start: 0, end: 0 },
          cause: isNew.has(file.path) ? `event ${judged.file.event.seq}` : null,
          effects: judged.isSound ? [] : effectsOf(judgement, [metric], metric),
          fix: FIXES.get(rule)?.(metric) ?? null,
          ...(!counts && { severity: "warning" as const }),
        }),
      );
    });
  });
}

/** Whether nothing is wrong with it but that not all have signed. */
export function waits({ isSound, isEffective, seats }: JudgedEvent): boolean {
  return isSound && !isEffective && seats.lacking.length > 0;
}

/** Paths of events that the base has not. */
export function newEvents({ head, base }: Judgement): ReadonlySet<string> {
  const paths = [...head.events.values()].flat().map(({ file }) => file.path);
  return new Set(paths.filter((path) => !base?.files.has(path)));
}

const FIXES: ReadonlyMap<string, (metric: string) => string> = new Map([
  ["SIGNATURE_INVALID", (metric) => `remove the approval, then assay approve ${metric} --key FILE`],
  ["SIGNER_NOT_VALID_NOW", (metric) => `have somebody with a valid key sign: assay approve ${metric} --key FILE`],
  ["APPROVAL_UNSIGNED", (metric) => `assay approve ${metric} --key FILE`],
  ["QUORUM_NOT_MET", (metric) => `assay approve ${metric} --key FILE`],
  ["CERT_POSTDATED", (metric) => `assay certify ${metric} on the day that it is to begin`],
  ["CERT_VALIDITY_TOO_LONG", (metric) => `assay certify ${metric} with an earlier --expires`],
]);

/** CLAIM_UNSUPPORTED: a claim is worth what was signed. */
export function checkClaims({ head, ledger, certifications }: Judgement): readonly Finding[] {
  if (!head.catalog) return [];
  return [...head.catalog.metrics.values()].flatMap(({ name, certificationClaim, span }) => {
    const status = certifications.get(name)?.status ?? "none";
    const last = ledger.get(name)?.at(-1);
    // What has run out, has changed, does not verify or waits for approvals is told with its cause.
    const isTold = ["stale", "expired", "invalid"].includes(status) || (last !== undefined && waits(last));
    if (certificationClaim === "none" || certificationClaim === status || isTold) return [];
    const message = `It claims to be ${certificationClaim}; what was signed makes it ${status}.`;
    return [
      found("CLAIM_UNSUPPORTED", versioned(head, name), message, {
        span,
        fix: status === "none" ? `assay certify ${name}` : `write certification: ${status}`,
      }),
    ];
  });
}

/** CERT_ON_UNCERTIFIED: a number is worth no more than what it is made of. */
export function checkInputs(judgement: Judgement): readonly Finding[] {
  const { head, certifications } = judgement;
  if (!head.catalog) return [];
  const { metrics } = head.catalog;
  const isNew = newEvents(judgement);
  const isNewlySigned = (name: string): boolean =>
    judgement.ledger.get(name)?.some(({ file }) => isNew.has(file.file.path)) ?? false;
  const isGood = (name: string): boolean =>
    ["certified", "provisional"].includes(certifications.get(name)?.status ?? "none");
  return [...metrics.values()].flatMap((metric) => {
    if (!isGood(metric.name)) return [];
    const weak = [...restsOn(metric)].sort().filter((name) => {
      const status = certifications.get(name)?.status ?? "none";
      // These are findings of their own, with this one among their effects.
      return !isGood(name) && !["stale", "expired", "invalid"].includes(status);
    });
    if (weak.length === 0) return [];
    const names = weak.map((name) => versioned(head, name)).join(", ");
    return [
      found(
        "CERT_ON_UNCERTIFIED",
        versioned(head, metric.name),
        `It is computed from ${names}, which nobody certified.`,
        {
          span: placeOfMetric(head, metric.name),
          fix: `assay certify ${weak.join(" ")}`,
          // Whoever suspends an input must not be held up by what is made of it.
          ...(isElsewhere(judgement, metric.name) && !isNewlySigned(metric.name) && { severity: "warning" as const }),
        },
      ),
    ];
  });
}
