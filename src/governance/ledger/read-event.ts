import type { ShapeOf } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { specOf } from "../fingerprint/fingerprint.ts";
import type { Approval, LedgerEvent } from "./event.ts";
import { readRecord } from "./read-json.ts";
import { EVENT } from "./schema.ts";

export interface ReadEvent {
  readonly file: SourceFile;
  /** null: it cannot be read, and `problem` says why. */
  readonly event: LedgerEvent | null;
  readonly problem: string | null;
}

/**
 * `governance/certifications/<metric>/NNNN.json`. Whether it follows the one before it, and who signed it, is not looked at.
 * What stands at the base as at the head is read once.
 */
export function readEvent(file: SourceFile): ReadEvent {
  const known = lastRead.get(file.path);
  if (known?.file.text === file.text) return { ...known, file };
  const read = readAnew(file);
  lastRead.set(file.path, read);
  return read;
}

/** By path. Events are never edited, so that hardly any path is read with two texts. */
const lastRead = new Map<string, ReadEvent>();

function readAnew(file: SourceFile): ReadEvent {
  const read = readRecord(file, EVENT, "A certification event");
  const problem = read.ok ? problemOf(read.value, file.path) : read.problem;
  return read.ok && problem === null
    ? { file, event: eventFrom(read.value), problem: null }
    : { file, event: null, problem };
}

type EventShape = ShapeOf<typeof EVENT>;

/** What no shape can say: which keys belong to which type, and that the file lies where it says. */
function problemOf(shape: EventShape, path: string): string | null {
  const { type, expires, evidence, emergency, sunset, replaced_by: successor, migrates, batch } = shape;
  const [, folder, number] = /([^/]+)\/(\d{4})\.json$/.exec(path) ?? [];
  if (folder !== shape.metric) return `it lies in the folder of "${folder ?? ""}" and is about "${shape.metric}"`;
  if (Number(number) !== shape.seq) return `its file has the number ${number ?? ""} and its seq is ${shape.seq}`;
  if (type === "certify" && expires === undefined) return 'an event of type certify needs the key "expires"';
  if (type === "deprecate" && sunset === undefined) return 'an event of type deprecate needs the key "sunset"';
  if (type === "migrate" && migrates === undefined) return 'an event of type migrate needs the key "migrates"';
  const strange = Object.entries({
    expires: type !== "certify" && expires,
    evidence: type !== "certify" && evidence,
    emergency: type !== "certify" && emergency !== undefined,
    sunset: type !== "deprecate" && sunset,
    replaced_by: type !== "deprecate" && successor,
    migrates: type !== "migrate" && migrates,
    batch: type === "migrate" && batch,
  }).find(([, found]) => Boolean(found));
  if (strange) return `an event of type ${type} has no key "${strange[0]}"`;
  if (emergency === false) return '"emergency" is true, or is left out';
  if (type === "migrate" && shape.approvals.length > 0) return "nobody approves an event of type migrate";
  if (migrates !== undefined && numberOfSpec(migrates) >= numberOfSpec(shape.fingerprint))
    return `it migrates ${specOf(migrates)} to ${specOf(shape.fingerprint)}, which is no newer specification`;
  return twiceIn(shape.approvals);
}

function numberOfSpec(fingerprint: string): number {
  return Number(specOf(fingerprint).slice("fp/".length));
}

/** Somebody who approves twice counts once: there is no honest reason to write it. */
export function twiceIn(approvals: readonly { readonly by: string }[]): string | null {
  const names = approvals.map(({ by }) => by);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return twice === undefined ? null : `"${twice}" approves twice`;
}

/** In the order in which files have their keys. */
function eventFrom(shape: EventShape): LedgerEvent {
  const { migrates, expires, emergency, evidence, sunset, replaced_by: successor, batch } = shape;
  return {
    type: shape.type,
    metric: shape.metric,
    version: shape.version,
    seq: shape.seq,
    fingerprint: shape.fingerprint,
    ...(migrates !== undefined && { migrates }),
    parts: shape.parts,
    policy: shape.policy,
    issued: shape.issued,
    ...(expires !== undefined && { expires }),
    ...(emergency === true && { emergency }),
    ...(evidence !== undefined && { evidence }),
    ...(sunset !== undefined && { sunset }),
    ...(successor !== undefined && { replaced_by: successor }),
    reason: shape.reason,
    prev: shape.prev,
    ...(batch !== undefined && { batch }),
    approvals: approvalsFrom(shape.approvals),
  };
}

export function approvalsFrom(shapes: EventShape["approvals"]): readonly Approval[] {
  return shapes.map(({ by, sig }) => ({ by, ...(sig !== undefined && { sig }) }));
}
