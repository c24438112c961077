import { POLICY_FILE, policyChangeFiles } from "../ledger/policy-chain.ts";
import {
  type PolicyRecord,
  policyPayloadOf,
  printPolicyRecord,
  readPolicyRecord,
  signersDigest,
} from "../ledger/policy-record.ts";
import type { GovernedTree } from "../tree.ts";
import { type Approved, type ApproveRequest, approvalOf } from "./approve.ts";
import { ActError } from "./draft.ts";

/**
 * The files that put changed rules and keys on record, nobody's approval on them yet.
 *
 * @param base Where the change is to go
 * @throws ActError where nothing changed, or nothing governs the base
 */
export function proposePolicy(
  base: GovernedTree,
  tree: GovernedTree,
  { issued, reason }: Pick<PolicyRecord, "issued" | "reason">,
): ReadonlyMap<string, string> {
  if (!base.rules) throw new ActError("Nothing governs the base: its first policy needs no approval.", "commit it");
  const files = policyChangeFiles(base.files, tree.files, { issued, reason });
  if (files.length === 0) {
    throw new ActError(
      `Neither ${POLICY_FILE} nor the keys differ from the base.`,
      "change them first, then propose that",
    );
  }
  return new Map(files.map(({ path, text }) => [path, text]));
}

/** Signs the record of changed rules and keys. Only the council before the change may. */
export async function approvePolicy(tree: GovernedTree, request: ApproveRequest): Promise<Approved> {
  const { judge } = request;
  const path = [...tree.files.keys()]
    .filter((name) => /^governance\/policies\/\d{4}\.approval\.json$/.test(name) && !judge.files.has(name))
    .sort()
    .at(-1);
  const file = path === undefined ? undefined : tree.files.get(path);
  const propose = `assay propose ${POLICY_FILE} --base REF --reason TEXT writes it`;
  if (!file) throw new ActError("There is no record of a change of rules or keys to approve.", propose);
  const read = readPolicyRecord(file);
  if (!read.ok) throw new ActError(`${file.path} cannot be read: ${read.problem}.`, propose);
  const record = read.value;
  if (record.policy !== tree.rules?.digest || record.signers !== signersDigest(tree.signers)) {
    throw new ActError(`${file.path} is about other rules and keys than those that lie here.`, propose);
  }
  const approval = await approvalOf(
    policyPayloadOf(record),
    record.approvals,
    request,
    judge.rules?.council.members ?? [],
  );
  const text = printPolicyRecord({ ...record, approvals: [...record.approvals, approval] });
  return { files: new Map([[file.path, text]]), by: approval.by, metrics: [POLICY_FILE] };
}
