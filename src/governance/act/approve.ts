import { findVersion, splitCoordinate } from "../../catalog/index.ts";
import { isOfToday } from "../fingerprint/fingerprint.ts";
import { batchesIn, batchPath, batchPayloadOf, coveredBy, printBatch } from "../ledger/batch.ts";
import type { Approval, LedgerEvent } from "../ledger/event.ts";
import { eventPath, payloadOf, printEvent } from "../ledger/print-event.ts";
import { notAllowed, readAllowedSigners } from "../ledger/ssh/allowed-signers.ts";
import { NAMESPACE, signText } from "../ledger/ssh/sign.ts";
import { signerOf } from "../ledger/ssh/signature.ts";
import type { Rules } from "../rules.ts";
import type { GovernedTree } from "../tree.ts";
import { ActError, lastEvent } from "./draft.ts";

export interface ApproveRequest {
  /** A metric, or the name of a batch. */
  readonly what: string;
  /** Path of a private key, or of a public one whose private half an agent holds. null: a bare name, for demonstrations. */
  readonly key: string | null;
  /** Who signs; null: whoever the key belongs to. */
  readonly as: string | null;
  /** Whose rules and keys count: those of the base. */
  readonly judge: GovernedTree;
  readonly now: Date;
}

/** Files to write. */
export interface Approved {
  readonly files: ReadonlyMap<string, string>;
  readonly by: string;
  readonly metrics: readonly string[];
}

/**
 * Signs the last event of a metric, or a batch.
 *
 * @throws ActError when it is about another definition than the tree holds, or the key is none of the base's
 * @throws SigningError when ssh-keygen does not sign
 */
export async function approve(tree: GovernedTree, request: ApproveRequest): Promise<Approved> {
  const { what, judge } = request;
  const batch = batchesIn(tree.files).get(what) ?? batchOfMetric(tree, what);
  if (batch) {
    const events = [...tree.events.values()].flatMap((files) => files.map(({ event }) => event));
    for (const covered of batch.covers) {
      const event = events.find(
        (one) => one.batch === batch.id && one.metric === covered.metric && one.version === covered.version,
      );
      if (!event || coveredBy(event).payload !== covered.payload) {
        throw new ActError(
          `The batch ${batch.id} does not cover ${covered.metric} as it is.`,
          "assay certify makes it anew",
        );
      }
      demandFit(tree, event);
    }
    demandUnmerged(tree, judge, batchPath(batch.id));
    const approval = await approvalOf(batchPayloadOf(batch), batch.approvals, request);
    const signed = { ...batch, approvals: [...batch.approvals, approval] };
    const metrics = batch.covers.map(({ metric }) => metric);
    return { files: new Map([[batchPath(batch.id), printBatch(signed)]]), by: approval.by, metrics };
  }
  const event = lastEvent(tree, what)?.event;
  if (!event) throw new ActError(`There is no event of "${what}" to approve.`, `assay certify ${what} makes one`);
  const wanted = splitCoordinate(what)?.version ?? event.version;
  if (wanted !== event.version) {
    throw new ActError(
      `The last event of ${event.metric} is about version ${event.version}, and only the last one is approved.`,
      `assay certify ${what} makes one of that version`,
    );
  }
  demandFit(tree, event);
  demandUnmerged(tree, judge, eventPath(event));
  const approval = await approvalOf(payloadOf(event), event.approvals, request);
  const signed = { ...event, approvals: [...event.approvals, approval] };
  return { files: new Map([[eventPath(event), printEvent(signed)]]), by: approval.by, metrics: [event.metric] };
}

function batchOfMetric(tree: GovernedTree, metric: string) {
  const id = lastEvent(tree, metric)?.event.batch;
  return id === undefined ? undefined : batchesIn(tree.files).get(id);
}

/** Nobody signs what they do not see. */
function demandFit({ catalog, fingerprints }: GovernedTree, event: LedgerEvent): void {
  const { metric, version, fingerprint, type } = event;
  if (type === "migrate") {
    throw new ActError(
      `Nobody approves that fingerprints are migrated, as the last event of ${metric} does.`,
      "assay check --base REF proves it",
    );
  }
  // One version at a time is judged by what that version is, and a raised one by what took its place.
  const defined =
    catalog &&
    (findVersion(catalog.metrics, metric, version) ?? (type === "retire" ? null : catalog.metrics.get(metric)));
  const today = fingerprints.get(defined?.name ?? "");
  if (isOfToday(today, fingerprint) || (today === undefined && type === "retire")) return;
  throw new ActError(
    `The event of ${metric} is about another definition than the one that lies here.`,
    `assay certify ${metric} makes an event of this one`,
  );
}

/** What was merged is never edited. */
function demandUnmerged(tree: GovernedTree, judge: GovernedTree, path: string): void {
  if (judge === tree || !judge.files.has(path)) return;
  throw new ActError(`${path} was merged, and is not changed any more.`, "assay certify makes the next event");
}

/** @param people Who may sign; left out: everybody of a team or of the council. */
export async function approvalOf(
  text: string,
  given: readonly Approval[],
  { key, as, judge, now }: ApproveRequest,
  people?: readonly string[],
): Promise<Approval> {
  const { rules } = judge;
  if (!rules) throw new ActError("Nothing governs these metrics.", "write governance/policy.yaml: docs/governance.md");
  const able = people ?? peopleOf(rules);
  if (key === null) return { by: bareName(rules, as, given, able) };
  const sig = await signText(text, key);
  const signer = signerOf(sig, text, NAMESPACE);
  const signers = readAllowedSigners(judge.signers);
  const moment = { from: now.getTime(), to: now.getTime() };
  const mine = able.filter((by) => notAllowed(signers, signer, by, NAMESPACE, moment) === null);
  const by = as ?? mine[0];
  if (by === undefined || !mine.includes(by)) {
    throw new ActError(
      by === undefined ? "The key belongs to nobody who may approve." : `The key may not sign as ${by}.`,
      "the keys that may are those of governance/allowed_signers at the base; teams, council and security are in governance/policy.yaml",
    );
  }
  demandNew(given, by);
  return { by, sig };
}

function bareName(rules: Rules, as: string | null, given: readonly Approval[], able: readonly string[]): string {
  if (rules.approval !== "unsigned") throw new ActError("The rules demand signatures.", "assay approve … --key FILE");
  if (as === null) throw new ActError("Nobody is named.", "assay approve … --as NAME");
  if (!able.includes(as))
    throw new ActError(`"${as}" is none of those who may approve it.`, "see governance/policy.yaml");
  demandNew(given, as);
  return as;
}

function demandNew(given: readonly Approval[], by: string): void {
  if (given.some((one) => one.by === by)) throw new ActError(`${by} has approved it already.`, "ask somebody else");
}

function peopleOf({ teams, council, security }: Rules): readonly string[] {
  return [...new Set([...[...teams.values()].flat(), ...council.members, ...(security?.members ?? [])])].sort();
}
