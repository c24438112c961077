import {
  type Certification,
  type CertificationStatus,
  findVersion,
  inputsOf,
  type Metric,
} from "../../catalog/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { assertNever } from "../../std/index.ts";
import { type Fingerprint, isOfToday, specOf } from "../fingerprint/fingerprint.ts";
import type { Rules } from "../rules.ts";
import type { GovernedTree, LedgerFile } from "../tree.ts";
import { batchesIn, batchPayloadOf, coveredBy } from "./batch.ts";
import { startOf } from "./day.ts";
import type { LedgerEvent } from "./event.ts";
import { type Bench, judgeEvent } from "./judge.ts";
import type { JudgedEvent, Seats } from "./judged.ts";
import { readAllowedSigners } from "./ssh/allowed-signers.ts";
import { type Signature, signaturesOf } from "./verify-approvals.ts";

export interface LedgerInput extends Pick<GovernedTree, "fingerprints" | "events" | "brokenEvents"> {
  /** By name: whose owners and tiers judge, and what is computed from what. */
  readonly metrics: ReadonlyMap<string, Metric>;
  /** Where batches are looked for. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Today's rules, former ones, and keys: those of the base where a change is judged. */
  readonly rules: Rules | null;
  readonly rulesByDigest: ReadonlyMap<string, Rules>;
  readonly signers: string;
  readonly now: Date;
  /** Whether an event is not merged yet: its rules are today's, and its keys are valid now. */
  readonly isNew: (file: LedgerFile) => boolean;
}

export interface Ledger {
  /** By metric that there are events for; what its inputs are worth is not in here. */
  readonly certifications: ReadonlyMap<string, Certification>;
  /**
   * By name of the metric, in the order of `seq`, those of its version; of metrics and versions that are gone too, under
   * what they were called.
   */
  readonly judged: ReadonlyMap<string, readonly JudgedEvent[]>;
}

/** What signed events make of each metric. The same at a change, at its merge and at the server; nothing is asked of a network. */
export function foldLedger(input: LedgerInput): Ledger {
  const bench = benchFor(input);
  const names = new Map([...input.fingerprints].map(([name, { id, version }]) => [`${id}@${version}`, name]));
  const chains = new Map<string, readonly JudgedEvent[]>();
  const judged = new Map<string, readonly JudgedEvent[]>();
  for (const [id, files] of input.events) {
    const all: JudgedEvent[] = [];
    for (const file of files.toSorted((a, b) => a.event.seq - b.event.seq)) {
      const metric = findVersion(input.metrics, id, file.event.version) ?? input.metrics.get(id) ?? null;
      all.push(judgeEvent(file, metric, input.isNew(file), all, bench));
    }
    chains.set(id, all);
    const byName = Map.groupBy(all, ({ file: { event } }) => names.get(`${id}@${event.version}`) ?? id);
    for (const [name, own] of byName) judged.set(name, [...(judged.get(name) ?? []), ...own]);
  }
  const broken = new Map(input.brokenEvents.map(({ metric, file, problem }) => [metric, `${file.path}: ${problem}`]));
  const certifications = new Map<string, Certification>();
  for (const [name, fingerprint] of input.fingerprints) {
    const events = judged.get(name) ?? [];
    // A chain is one for all versions: who breaks it, breaks it for each.
    const chain = chains.get(fingerprint.id) ?? [];
    const problem = broken.get(fingerprint.id) ?? null;
    if (events.length === 0 && problem === null && chain.every(({ isSound }) => isSound)) continue;
    certifications.set(name, {
      ...standingOf(chain, fingerprint, problem, bench.now),
      approvalMode: input.rules?.approval ?? "sshsig",
      fingerprint: fingerprint.certified,
      history: events.map(historyOf),
    });
  }
  return { certifications, judged };
}

function benchFor(input: LedgerInput): Bench {
  const { rules, rulesByDigest, metrics } = input;
  const batches = new Map(
    [...batchesIn(input.files)].map(([id, batch]) => {
      const covers = new Map(batch.covers.map((one) => [`${one.metric}@${one.version}`, one]));
      return [id, { covers, signatures: signaturesOf(batch.approvals, batchPayloadOf(batch)) }];
    }),
  );
  return {
    rules,
    rulesByDigest,
    signers: readAllowedSigners(input.signers),
    now: input.now.getTime(),
    batchSignatures(event): readonly Signature[] | null {
      const { covers, signatures } = batches.get(event.batch ?? "") ?? {};
      const found = covers?.get(`${event.metric}@${event.version}`);
      const own = coveredBy(event);
      const isCovered = found?.payload === own.payload && found.fingerprint === own.fingerprint;
      return isCovered && signatures ? signatures : null;
    },
    isCertifyOfInput({ metric: id, version }, payload) {
      return [...below(findVersion(metrics, id, version)?.name ?? id, metrics)].some((other) =>
        input.events
          .get(metrics.get(other)?.id ?? other)
          ?.some(({ event }) => event.type === "certify" && coveredBy(event).payload === payload),
      );
    },
  };
}

/** Names of the metrics that one is computed from, itself not among them. */
function below(name: string, metrics: ReadonlyMap<string, Metric>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (metric: Metric | undefined): void => {
    for (const { metric: input } of metric ? inputsOf(metric) : []) {
      if (input === name || found.has(input)) continue;
      found.add(input);
      visit(metrics.get(input));
    }
  };
  visit(metrics.get(name));
  return found;
}

type Standing = Pick<Certification, "status" | "certifiedAt" | "expiresAt" | "reason">;

function standingOf(
  judged: readonly JudgedEvent[],
  fingerprint: Fingerprint,
  broken: string | null,
  now: number,
): Standing {
  const unsound = judged.find(({ isSound }) => !isSound);
  if (broken !== null) return without("invalid", `An event cannot be read: ${broken}.`);
  if (unsound) {
    const why = unsound.problems.find(({ isFatal }) => isFatal)?.message ?? "";
    return without("invalid", `Event ${unsound.file.event.seq} does not verify. ${why}`);
  }
  let state: State = { status: "none", event: null, bound: [], reason: "Nothing was signed for this version." };
  for (const one of judged) if (one.file.event.version === fingerprint.version) state = step(state, one);
  return atTime(state, fingerprint, now);
}

function without(status: CertificationStatus, reason: string): Standing {
  return { status, certifiedAt: null, expiresAt: null, reason };
}

interface State {
  readonly status: "none" | "proposed" | "certified" | "provisional" | "suspended" | "revoked";
  /** What certified it; null: nothing does. */
  readonly event: LedgerEvent | null;
  /** What it was signed for, and the same by newer specifications. */
  readonly bound: readonly string[];
  readonly reason: string;
}

function step(state: State, { file: { event }, seats, isEffective }: JudgedEvent): State {
  const { type, seq, issued, reason, fingerprint } = event;
  const nothing = { event: null, bound: [] };
  if (!isEffective) {
    const lacking = `Event ${seq} lacks approvals: ${seats.lacking.join(", ")}.`;
    const isFirst = type === "certify" && (state.status === "none" || state.status === "proposed");
    return isFirst ? { status: "proposed", ...nothing, reason: lacking } : state;
  }
  switch (type) {
    case "certify": {
      const what = { event, bound: [fingerprint] };
      return event.emergency
        ? { status: "provisional", ...what, reason: `Certified for a short time by event ${seq}: ${reason}` }
        : { status: "certified", ...what, reason: `${whoSigned(seats)} signed it in event ${seq} of ${issued}.` };
    }
    case "migrate":
      return { ...state, bound: [...state.bound, fingerprint] };
    case "suspend":
      // Who may suspend may not make better what the council has revoked.
      return state.status === "revoked"
        ? state
        : { status: "suspended", ...nothing, reason: `Suspended on ${issued} (event ${seq}): ${reason}` };
    case "revoke":
      return { status: "revoked", ...nothing, reason: `Revoked on ${issued} (event ${seq}): ${reason}` };
    // Whether a metric is still meant to be used is another question than whether it is right.
    case "deprecate":
    case "retire":
      return state;
    default:
      return assertNever(type);
  }
}

function whoSigned({ business }: Seats): string {
  return business === null ? "After one of its inputs, the council" : "Owners and council";
}

function atTime({ status, event, bound, reason }: State, fingerprint: Fingerprint, now: number): Standing {
  if (!event?.expires) return without(status, reason);
  const { seq, issued, expires } = event;
  const isOver = now >= startOf(expires);
  if (status === "provisional" && isOver)
    return without("suspended", `Its emergency certification (event ${seq}) ran out on ${expires}.`);
  const dates = { certifiedAt: issued, expiresAt: expires };
  // Nobody signed a migration: until its specification is the only one that is known, it proves nothing by itself.
  const known = bound.filter((signed) => fingerprint.bySpec.some((today) => specOf(today) === specOf(signed)));
  if (known.length === 0)
    return {
      status: "stale",
      ...dates,
      reason: `Event ${seq} certified it by ${specOf(event.fingerprint)}, which is not known here.`,
    };
  if (!known.every((signed) => isOfToday(fingerprint, signed)))
    return { status: "stale", ...dates, reason: whyStale(event, fingerprint) };
  if (isOver) return { status: "expired", ...dates, reason: `Its certification (event ${seq}) ran out on ${expires}.` };
  return { status, ...dates, reason };
}

function whyStale({ seq, parts, fingerprint }: LedgerEvent, today: Fingerprint): string {
  if (specOf(fingerprint) !== specOf(today.certified))
    return `It means something else than what event ${seq} certified.`;
  const differ = (["value", "access"] as const).filter((part) => parts[part] !== today.parts[part]);
  const what = differ.length > 0 ? differ.join(" and ") : "type, unit or grains";
  return `It means something else than what event ${seq} certified: its ${what} changed.`;
}

function historyOf({
  file: { event },
  approvals,
  problems,
  isEffective,
}: JudgedEvent): Certification["history"][number] {
  const { seq, type, issued, expires = null, sunset = null, replaced_by: replacedBy = null, reason } = event;
  const worst = problems.find(({ isFatal }) => isFatal) ?? problems[0];
  return {
    seq,
    type,
    issued,
    expires,
    sunset,
    replacedBy,
    reason,
    approvals,
    problem: isEffective ? null : (worst?.message ?? null),
  };
}
