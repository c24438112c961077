import { mapping, type ShapeOf, word } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { canonicalJson, sha256 } from "../../std/index.ts";
import type { Approval } from "./event.ts";
import { printed } from "./print-event.ts";
import { approvalsFrom, twiceIn } from "./read-event.ts";
import { type ReadRecord, readRecord } from "./read-json.ts";
import { approvals, day, digest, number, reason } from "./schema.ts";

/**
 * `governance/policies/NNNN.approval.json`: that rules and keys were put in force, approved by the council of those before
 * them. The first is approved by nobody: it is what one trusts.
 */
export interface PolicyRecord {
  readonly type: "policy";
  readonly seq: number;
  /** Digest of the rules, as events name it. */
  readonly policy: string;
  /** `signersDigest` of the keys. */
  readonly signers: string;
  readonly issued: string;
  readonly reason: string;
  /** Digest of the record before, approvals included; null for the first. */
  readonly prev: string | null;
  readonly approvals: readonly Approval[];
}

const RECORD = mapping("a mapping", {
  type: word(["policy"]),
  seq: number(),
  policy: digest(),
  signers: digest(),
  issued: day(),
  reason: reason(),
  prev: digest().nullable(),
  approvals: approvals(),
});

export function readPolicyRecord(file: SourceFile): ReadRecord<PolicyRecord> {
  const read = readRecord(file, RECORD, "The approval of a policy");
  if (!read.ok) return read;
  const { approvals: given, seq } = read.value;
  const problem = file.path === recordPath(seq) ? twiceIn(given) : `its seq is ${seq}, and its file has another number`;
  return problem === null ? { ok: true, value: recordFrom(read.value) } : { ok: false, problem };
}

function recordFrom(shape: ShapeOf<typeof RECORD>): PolicyRecord {
  const { type, seq, policy, signers, issued, reason: why, prev } = shape;
  return { type, seq, policy, signers, issued, reason: why, prev, approvals: approvalsFrom(shape.approvals) };
}

/** What approvals of a change of rules or keys sign. */
export function policyPayloadOf(record: PolicyRecord): string {
  return canonicalJson({ ...record, approvals: undefined });
}

export function printPolicyRecord({ approvals: given, ...record }: PolicyRecord): string {
  return printed({ ...record, approvals: given.map(({ by, sig }) => ({ by, sig })) });
}

export function recordPath(seq: number): string {
  return `governance/policies/${String(seq).padStart(4, "0")}.approval.json`;
}

/** Of the lines of `allowed_signers` that say something, however its lines end. */
export function signersDigest(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^[ \t]+|[ \t\r]+$/g, ""));
  return `sha256:${sha256(lines.filter((line) => line !== "" && !line.startsWith("#")).join("\n"))}`;
}
