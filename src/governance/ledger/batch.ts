import { listOf, mapping, word } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { canonicalJson, compareText, sha256 } from "../../std/index.ts";
import type { Approval, LedgerEvent } from "./event.ts";
import { payloadOf, printed } from "./print-event.ts";
import { approvalsFrom, twiceIn } from "./read-event.ts";
import { type ReadRecord, readRecord } from "./read-json.ts";
import { approvals, batchName, digest, fingerprint, metricName, number } from "./schema.ts";

/** `governance/batches/<id>.json`: one signature over many events, each of which names it. */
export interface Batch {
  readonly type: "batch";
  readonly id: string;
  /** Sorted by metric and version; each once. */
  readonly covers: readonly Covered[];
  /** Signatures over `batchPayloadOf`. */
  readonly approvals: readonly Approval[];
}

export interface Covered {
  readonly metric: string;
  readonly version: number;
  readonly fingerprint: string;
  /** Digest of what approvals of the event itself would sign. */
  readonly payload: string;
}

const COVERED = mapping("a mapping", {
  metric: metricName(),
  version: number(),
  fingerprint: fingerprint(),
  payload: digest(),
});

const BATCH = mapping("a mapping", {
  type: word(["batch"]),
  id: batchName(),
  covers: listOf("a list of events", COVERED).max(2_000, { error: "a list of at most 2000 events" }),
  approvals: approvals(),
});

/** Of all the events that a batch may cover, and its approvals. */
const MAX_LENGTH = 2 * 1024 * 1024;

/** A file that several trees share is read once. */
export function readBatch(file: SourceFile): ReadRecord<Batch> {
  let read = batches.get(file);
  if (!read) batches.set(file, (read = readAnew(file)));
  return read;
}

const batches = new WeakMap<SourceFile, ReadRecord<Batch>>();

function readAnew(file: SourceFile): ReadRecord<Batch> {
  const read = readRecord(file, BATCH, "A batch", MAX_LENGTH);
  if (!read.ok) return read;
  const { type, id, covers } = read.value;
  const problem = file.path.endsWith(`/${id}.json`) ? twiceIn(read.value.approvals) : `its file is not named "${id}"`;
  if (problem !== null) return { ok: false, problem };
  if (covers.some((one, i) => i > 0 && !isBefore(covers[i - 1], one)))
    return { ok: false, problem: "its events are not sorted, or one is written twice" };
  return { ok: true, value: { type, id, covers, approvals: approvalsFrom(read.value.approvals) } };
}

function isBefore(a: Covered | undefined, b: Covered): boolean {
  return a !== undefined && (compareText(a.metric, b.metric) || a.version - b.version) < 0;
}

/** Batches of a tree by id; those that cannot be read are left out, and so cover nothing. */
export function batchesIn(files: ReadonlyMap<string, SourceFile>): ReadonlyMap<string, Batch> {
  const found = new Map<string, Batch>();
  for (const [path, file] of files) {
    if (!/^governance\/batches\/[^/]+\.json$/.test(path)) continue;
    const read = readBatch(file);
    if (read.ok) found.set(read.value.id, read.value);
  }
  return found;
}

/** @param events Each of which has to name the batch; their metrics differ. */
export function batchOf(id: string, events: readonly LedgerEvent[]): Batch {
  const covers = events.map(coveredBy).toSorted((a, b) => compareText(a.metric, b.metric) || a.version - b.version);
  return { type: "batch", id, covers, approvals: [] };
}

export function coveredBy(event: LedgerEvent): Covered {
  let known = covered.get(event);
  if (!known) {
    const { metric, version, fingerprint: signed } = event;
    known = { metric, version, fingerprint: signed, payload: `sha256:${sha256(payloadOf(event))}` };
    covered.set(event, known);
  }
  return known;
}

const covered = new WeakMap<LedgerEvent, Covered>();

/** What approvals of a batch sign. */
export function batchPayloadOf(batch: Batch): string {
  return canonicalJson({ ...batch, approvals: undefined });
}

export function printBatch({ type, id, covers, approvals: given }: Batch): string {
  return printed({ type, id, covers, approvals: given.map(({ by, sig }) => ({ by, sig })) });
}

export function batchPath(id: string): string {
  return `governance/batches/${id}.json`;
}
