import { canonicalJson, sha256 } from "../../std/index.ts";
import type { LedgerEvent } from "./event.ts";

/** The text of its file: keys in the order of the type, two spaces, a line break at the end. */
export function printEvent(event: LedgerEvent): string {
  const { type, metric, version, seq, fingerprint, parts, policy, issued, expires, emergency, evidence } = event;
  const { migrates, sunset, replaced_by: successor, reason, prev, batch, approvals } = event;
  const { value, access, shape } = parts;
  const kinds = evidence && Object.fromEntries(Object.entries(evidence).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return printed({
    type,
    metric,
    version,
    seq,
    fingerprint,
    migrates,
    parts: { value, access, shape },
    policy,
    issued,
    expires,
    emergency,
    evidence: kinds,
    sunset,
    replaced_by: successor,
    reason,
    prev,
    batch,
    approvals: approvals.map(({ by, sig }) => ({ by, sig })),
  });
}

/** Signed records look alike. Keys without a value are left out. */
export function printed(record: object): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** What approvals sign: everything but who approved it. UTF-8 text (RFC 8785), without a line break at its end. */
export function payloadOf(event: LedgerEvent): string {
  let known = payloads.get(event);
  if (known === undefined) {
    payloads.set(event, (known = canonicalJson({ ...event, approvals: undefined, batch: undefined })));
  }
  return known;
}

/** Events are frozen data, and a change is judged at its base and at its head. */
const payloads = new WeakMap<LedgerEvent, string>();

/** `sha256:…` of a whole record, approvals included, however its file is formatted: the `prev` of the next one. */
export function digestOf(record: object): string {
  return `sha256:${sha256(canonicalJson(record))}`;
}

/** Where an event lies. */
export function eventPath({ metric, seq }: { readonly metric: string; readonly seq: number }): string {
  return `governance/certifications/${metric}/${String(seq).padStart(4, "0")}.json`;
}
