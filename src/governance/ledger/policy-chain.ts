import type { SourceFile } from "../../diagnostics/index.ts";
import { readRules } from "../read-rules.ts";
import type { Rules } from "../rules.ts";
import { endOf, startOf } from "./day.ts";
import {
  type PolicyRecord,
  policyPayloadOf,
  printPolicyRecord,
  readPolicyRecord,
  recordPath,
  signersDigest,
} from "./policy-record.ts";
import { digestOf } from "./print-event.ts";
import { seatsFor } from "./seats.ts";
import { readAllowedSigners } from "./ssh/allowed-signers.ts";
import { signaturesOf, verifyApprovals } from "./verify-approvals.ts";

type Files = ReadonlyMap<string, SourceFile>;

export const POLICY_FILE = "governance/policy.yaml";
export const SIGNERS_FILE = "governance/allowed_signers";

/** What is wrong with how rules and keys came to be in force. */
export interface PolicyProblem {
  readonly path: string;
  /** One sentence. */
  readonly message: string;
  /** How many of the council approved and how many have to, where only that is lacking; else null. */
  readonly council: readonly [have: number, need: number] | null;
}

/** Rules and keys under their number: today's are the last. */
interface Link {
  readonly record: PolicyRecord;
  readonly rules: Rules;
  readonly signers: string;
}

/**
 * Whether today's rules and keys descend from the first ones, each approved by the council before it.
 *
 * @param trustRoot Digest of policy 0001, or better of its record, which covers its keys too; null: any first one is trusted.
 */
export function verifyPolicyChain(files: Files, trustRoot: string | null, now: Date): readonly PolicyProblem[] {
  const { links, problems } = readChain(files);
  if (problems.length > 0) return problems;
  const found = problemsOfLinks(links, Number.POSITIVE_INFINITY, now);
  if (trustRoot === null || found.length > 0) return found;
  const stray = [...files.keys()].find((path) => Number(FORMER_PATH.exec(path)?.[1] ?? 0) >= Math.max(1, links.length));
  if (stray !== undefined) return [problem(stray, "Nothing on record says that it was ever in force.")];
  const [first] = links;
  const roots = first ? [first.record.policy, digestOf(first.record)] : [rulesIn(files, POLICY_FILE)?.digest];
  return roots.includes(trustRoot)
    ? []
    : [problem(first ? recordPath(1) : POLICY_FILE, "The first policy is not the one that ASSAY_TRUST_ROOT names.")];
}

/**
 * Whether a change of rules or keys is approved by a quorum of the council before it, with keys that are valid now.
 *
 * @param base Where the change is to go; @param head The change.
 * @returns empty also when nothing changed, and when there was no policy before
 */
export function verifyPolicyChange(base: Files, head: Files, now: Date): readonly PolicyProblem[] {
  const before = standingIn(base);
  if (!before || isSame(before, standingIn(head))) return [];
  const { links, problems } = readChain(head);
  if (problems.length > 0) return problems;
  const former = readChain(base).links.map(({ record }) => digestOf(record));
  const number = Math.max(1, former.length);
  const kept = links.slice(0, former.length).map(({ record }) => digestOf(record));
  const at = links[number - 1]?.record;
  const isContinued = former.every((digest, i) => kept[i] === digest);
  if (!isContinued || (at && !(at.policy === before.rules.digest && at.signers === signersDigest(before.signers)))) {
    return [problem(recordPath(number), "It is not the record of the rules and keys that are changed.")];
  }
  if (links.length <= number) {
    const need = before.rules.council.quorum;
    return [{ ...problem(recordPath(number + 1), `Nobody of the council approved the change.`), council: [0, need] }];
  }
  return problemsOfLinks(links, number, now);
}

/**
 * The files that put changed rules and keys on record, for the council to approve: copies of the former ones, and a record
 * without approvals. They go beside the changed files.
 */
export function policyChangeFiles(
  base: Files,
  head: Files,
  { issued, reason }: Pick<PolicyRecord, "issued" | "reason">,
): readonly SourceFile[] {
  const [before, after] = [standingIn(base), standingIn(head)];
  if (!before || !after || isSame(before, after)) return [];
  const records = readChain(base).links.map(({ record }) => record);
  const first = recordOf(before, null, { issued, reason: "The first policy" });
  const last = records.at(-1) ?? first;
  const stem = `governance/policies/${String(last.seq).padStart(4, "0")}`;
  const next = recordOf(after, last, { issued, reason });
  return [
    { path: `${stem}.yaml`, text: base.get(POLICY_FILE)?.text ?? "" },
    { path: `${stem}.allowed_signers`, text: before.signers },
    ...(records.length === 0 ? [first] : []).map(fileOf),
    fileOf(next),
  ];
}

/** Paths of the files that keep what a change of rules or keys puts on record; none where it changes neither. */
export function recordedFiles(base: Files, head: Files): readonly string[] {
  const before = standingIn(base);
  if (!before || isSame(before, standingIn(head))) return [];
  return readChain(head).links.flatMap(({ record: { seq } }, i, { length }) => {
    const stem = `governance/policies/${String(seq).padStart(4, "0")}`;
    return [recordPath(seq), ...(i < length - 1 ? [`${stem}.yaml`, `${stem}.allowed_signers`] : [])];
  });
}

type Standing = Pick<Link, "rules" | "signers">;

function recordOf(
  { rules, signers }: Standing,
  before: PolicyRecord | null,
  { issued, reason }: Pick<PolicyRecord, "issued" | "reason">,
): PolicyRecord {
  return {
    type: "policy",
    seq: (before?.seq ?? 0) + 1,
    policy: rules.digest,
    signers: signersDigest(signers),
    issued,
    reason,
    prev: before ? digestOf(before) : null,
    approvals: [],
  };
}

function fileOf(record: PolicyRecord): SourceFile {
  return { path: recordPath(record.seq), text: printPolicyRecord(record) };
}

function standingIn(files: Files): Standing | null {
  const rules = rulesIn(files, POLICY_FILE);
  return rules && { rules, signers: files.get(SIGNERS_FILE)?.text ?? "" };
}

function isSame(a: Standing, b: Standing | null): boolean {
  return b !== null && a.rules.digest === b.rules.digest && signersDigest(a.signers) === signersDigest(b.signers);
}

function rulesIn(files: Files, path: string): Rules | null {
  const file = files.get(path);
  return file ? readRules(file, []) : null;
}

/** Records from the first to the last, with the rules and keys that each put in force. */
function readChain(files: Files): { readonly links: readonly Link[]; readonly problems: readonly PolicyProblem[] } {
  const last = Math.max(0, ...[...files.keys()].map((path) => Number(RECORD_PATH.exec(path)?.[1] ?? 0)));
  const links: Link[] = [];
  for (let seq = 1; seq <= last; seq++) {
    const stem = `governance/policies/${String(seq).padStart(4, "0")}`;
    const [policy, keys] = seq === last ? [POLICY_FILE, SIGNERS_FILE] : [`${stem}.yaml`, `${stem}.allowed_signers`];
    const file = files.get(recordPath(seq));
    const read = file && readPolicyRecord(file);
    if (!read?.ok)
      return { links, problems: [problem(recordPath(seq), `It cannot be read: ${read?.problem ?? "it is missing"}.`)] };
    const rules = rulesIn(files, policy);
    const signers = files.get(keys)?.text;
    if (rules?.digest !== read.value.policy) return { links, problems: [problem(policy, NOT_RECORDED(seq))] };
    if (signers === undefined || signersDigest(signers) !== read.value.signers)
      return { links, problems: [problem(keys, NOT_RECORDED(seq))] };
    links.push({ record: read.value, rules, signers });
  }
  return { links, problems: [] };
}

const RECORD_PATH = /^governance\/policies\/(\d{4})\.approval\.json$/;
/** Of rules and keys that were in force before today's. */
const FORMER_PATH = /^governance\/policies\/(\d{4})\.(?:yaml|allowed_signers)$/;
const NOT_RECORDED = (seq: number): string => `It is not what ${recordPath(seq)} has on record.`;

function problem(path: string, message: string): PolicyProblem {
  return { path, message, council: null };
}

/** @param merged Up to this number keys had to be valid on the day of the record; behind it they have to be now, too. */
function problemsOfLinks(links: readonly Link[], merged: number, now: Date): readonly PolicyProblem[] {
  for (const [i, { record }] of links.entries()) {
    const before = links[i - 1];
    const path = recordPath(record.seq);
    if (record.prev !== (before ? digestOf(before.record) : null)) {
      return [problem(path, "It does not follow the record before it, which is not what it was.")];
    }
    if (startOf(record.issued) > now.getTime())
      return [problem(path, `It is issued on ${record.issued}, which is to come.`)];
    if (!before) continue;
    const { rules, signers } = before;
    const instant = { from: now.getTime(), to: now.getTime() };
    const day = { from: startOf(record.issued), to: endOf(record.issued) - 1 };
    const takesNames = rules.approval === "unsigned" && rules.enforcement === "demo";
    const { verified, problems } = verifyApprovals(signaturesOf(record.approvals, policyPayloadOf(record)), {
      signers: readAllowedSigners(signers),
      moments: record.seq > merged ? [day, instant] : [day],
      whyNotBare: takesNames ? null : "the rules demand signatures",
    });
    const [wrong] = problems;
    if (wrong) return [problem(path, wrong.message)];
    const { council } = seatsFor("revoke", { owner: null, tier: null }, rules, verified, false);
    const [have, need] = council;
    if (have < need) {
      return [{ path, message: `Of the council before it ${have} of ${need} approved it.`, council }];
    }
  }
  return [];
}
