import type { Metric } from "../../catalog/index.ts";
import { specOf } from "../fingerprint/fingerprint.ts";
import type { Rules } from "../rules.ts";
import type { LedgerFile } from "../tree.ts";
import { breakBefore } from "./chain.ts";
import { addDays, endOf, startOf } from "./day.ts";
import type { EventType, LedgerEvent } from "./event.ts";
import type { JudgedEvent, LedgerProblem } from "./judged.ts";
import { payloadOf } from "./print-event.ts";
import { type Need, seatsFor, standingOf } from "./seats.ts";
import type { AllowedSigners, Moment } from "./ssh/allowed-signers.ts";
import { type Signature, signaturesOf, type Terms, verifyApprovals } from "./verify-approvals.ts";

/** What an event is judged by, besides itself. */
export interface Bench {
  /** Today's rules; null: nothing is certified. */
  readonly rules: Rules | null;
  readonly rulesByDigest: ReadonlyMap<string, Rules>;
  readonly signers: AllowedSigners;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Signatures of the batch that an event names; null: none covers it. */
  batchSignatures(event: LedgerEvent): readonly Signature[] | null;
  /** Whether this is the digest of the payload of a certify of something that the metric is computed from. */
  isCertifyOfInput(event: LedgerEvent, payload: string): boolean;
}

/** @param metric null: there is none of that name any more, and nobody is its owner. */
export function judgeEvent(
  file: LedgerFile,
  metric: Pick<Metric, "owner" | "tier"> | null,
  isNew: boolean,
  before: readonly JudgedEvent[],
  bench: Bench,
): JudgedEvent {
  const { event } = file;
  const subject = metric ?? { owner: null, tier: null };
  const rules = bench.rulesByDigest.get(event.policy) ?? null;
  const problems: LedgerProblem[] = [];
  const broken = breakBefore(event, before.at(-1)?.file.event ?? null);
  if (broken !== null) problems.push(invalid(`${capitalised(broken)}.`));
  if (rules === null) problems.push(invalid("It was issued under rules that are not kept in governance/policies."));
  else if (isNew && event.policy !== bench.rules?.digest)
    problems.push(invalid("It was issued under other rules than today's: issue it again."));
  if (rules === null) return judged(file, problems, NO_APPROVALS);

  problems.push(...problemsOfDays(event, rules, bench.now), ...problemsOfEmergency(event, rules, before));
  problems.push(...problemsOfMigration(event, before));
  const ofBatch = event.batch === undefined ? [] : bench.batchSignatures(event);
  if (ofBatch === null) {
    const message = `The batch "${event.batch}" does not cover it as it is.`;
    problems.push({ rule: "SIGNATURE_INVALID", message, isFatal: true });
  }
  const signatures = [...signaturesOf(event.approvals, payloadOf(event)), ...(ofBatch ?? [])];
  const { verified, problems: ofApprovals } = verifyApprovals(signatures, terms(event, subject, rules, isNew, bench));
  problems.push(...ofApprovals);
  const need = needOf(event, rules, before, bench);
  const seats = seatsFor(need, subject, rules, verified, isAccessChanged(event, before));
  // What is lacking because of something else is not told twice.
  if (seats.lacking.length > 0 && problems.length === 0) {
    const message = `Approvals are lacking: ${seats.lacking.join(", ")}.`;
    problems.push({ rule: "QUORUM_NOT_MET", message, isFatal: false });
  }
  return judged(file, problems, { seats, approvals: standingOf(verified, subject.owner, rules) });
}

type Approvals = Pick<JudgedEvent, "seats" | "approvals">;
const NO_APPROVALS: Approvals = {
  seats: {
    business: null,
    technical: null,
    council: [0, 0],
    security: null,
    lacking: ["everybody: its rules are not known"],
  },
  approvals: [],
};

function judged(file: LedgerFile, problems: readonly LedgerProblem[], approvals: Approvals): JudgedEvent {
  const isSound = !problems.some(({ isFatal }) => isFatal);
  return { file, problems, ...approvals, isSound, isEffective: isSound && approvals.seats.lacking.length === 0 };
}

function invalid(message: string): LedgerProblem {
  return { rule: "EVENT_INVALID", message, isFatal: true };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function problemsOfDays(event: LedgerEvent, rules: Rules, now: number): readonly LedgerProblem[] {
  const { issued, expires, sunset, emergency } = event;
  const problems: LedgerProblem[] = [];
  if (startOf(issued) > now) {
    problems.push({ rule: "CERT_POSTDATED", message: `It is issued on ${issued}, which is to come.`, isFatal: true });
  }
  if (expires !== undefined) {
    const days = emergency ? Math.floor(rules.emergency.maxHours / 24) : rules.maxValidityDays;
    const latest = addDays(issued, days);
    if (expires <= issued) problems.push(invalid(`It expires on ${expires}, not after ${issued}, when it is issued.`));
    if (expires > latest) {
      const message = `It expires on ${expires}; issued on ${issued} it may hold until ${latest} at most.`;
      problems.push({ rule: "CERT_VALIDITY_TOO_LONG", message, isFatal: true });
    }
  }
  const earliest = addDays(issued, rules.minDeprecationDays);
  if (sunset !== undefined && sunset < earliest) {
    const message = `Its sunset is ${sunset}; deprecated on ${issued} that may be ${earliest} at the earliest.`;
    problems.push({ rule: "SUNSET_TOO_SOON", message, isFatal: true });
  }
  return problems;
}

function problemsOfEmergency(
  event: LedgerEvent,
  rules: Rules,
  before: readonly JudgedEvent[],
): readonly LedgerProblem[] {
  if (!event.emergency) return [];
  const quarter = quarterOf(event.issued);
  const earlier = before.filter(
    ({ isEffective, file }) => isEffective && file.event.emergency && quarterOf(file.event.issued) === quarter,
  );
  if (earlier.length < rules.emergency.perMetricPerQuarter) return [];
  const message = `It had ${earlier.length} emergency certifications in that quarter, and more are not allowed.`;
  return [{ rule: "EMERGENCY_TOO_OFTEN", message, isFatal: true }];
}

/** The same certification goes on: it has to stand, for the fingerprint that is migrated, and ends when it did. */
function problemsOfMigration(
  { type, migrates, version, issued }: LedgerEvent,
  before: readonly JudgedEvent[],
): readonly LedgerProblem[] {
  if (type !== "migrate") return [];
  const last = lastOf(before, version, ["certify", "suspend", "revoke"]);
  if (last?.type !== "certify" || last.emergency || issued >= (last.expires ?? ""))
    return [invalid("It migrates the fingerprint of a certification, and none stands.")];
  const bound = lastOf(before, version, ["certify", "migrate"]);
  return bound?.fingerprint === migrates ? [] : [invalid("It migrates another fingerprint than the one that stands.")];
}

/** The last event of a version that counts, among those of some types. */
function lastOf(before: readonly JudgedEvent[], version: number, types: readonly EventType[]): LedgerEvent | null {
  const last = before.findLast(
    ({ isEffective, file: { event } }) => isEffective && event.version === version && types.includes(event.type),
  );
  return last?.file.event ?? null;
}

function quarterOf(day: string): string {
  return `${day.slice(0, 4)}-${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}

function needOf(event: LedgerEvent, rules: Rules, before: readonly JudgedEvent[], bench: Bench): Need {
  const { type, emergency, evidence, version } = event;
  if (type !== "certify") return type;
  if (emergency) return "emergency";
  const input = evidence?.["cascade"];
  // What an owner suspended, and what only runs out, is not what an input brought about.
  const last = lastOf(before, version, ["certify", "migrate", "suspend", "revoke"]);
  const stands = last?.type === "migrate" || (last?.type === "certify" && !last.emergency);
  // Of another specification nobody can tell here whether it means something else.
  const isUnsettled =
    stands && last.fingerprint !== event.fingerprint && specOf(last.fingerprint) === specOf(event.fingerprint);
  const isCascade = rules.cascade === "council" && input !== undefined && isUnsettled;
  return isCascade && bench.isCertifyOfInput(event, input) ? "cascade" : "certify";
}

/** Whether others see it than the certification before said: that of its version, or for a new one the last. */
function isAccessChanged({ type, version, parts }: LedgerEvent, before: readonly JudgedEvent[]): boolean {
  const certified = before.filter(
    ({ isEffective, file }) => isEffective && ["certify", "migrate"].includes(file.event.type),
  );
  const last = certified.findLast(({ file }) => file.event.version === version) ?? certified.at(-1);
  return type === "certify" && last !== undefined && last.file.event.parts.access !== parts.access;
}

/** Keys have to be valid on the day of issue, and now when the event is new: else a leaver back-dates. */
function terms(
  { issued, type }: LedgerEvent,
  { tier }: Pick<Metric, "tier">,
  rules: Rules,
  isNew: boolean,
  { signers, now, rules: today }: Bench,
): Terms {
  const day: Moment = { from: startOf(issued), to: endOf(issued) - 1 };
  const instant: Moment = { from: now, to: now };
  return { signers, moments: isNew ? [day, instant] : [day], whyNotBare: whyNotBare() };

  function whyNotBare(): string | null {
    // Rules that have become strict do not take what laxer ones took.
    const both = [rules, today];
    if (!both.every((one) => one?.approval === "unsigned")) return "the rules demand signatures";
    if (!both.every((one) => one?.enforcement === "demo")) return "strict rules take no bare names";
    return tier === "gold" && type === "certify" ? "the tier gold demands signatures" : null;
  }
}
