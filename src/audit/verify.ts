import { createHash, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { publicKey, type ReadCheckpoint, readCheckpoints } from "./checkpoint.ts";
import { type Line, linesOf, NOTHING_BEFORE, readLine } from "./line.ts";
import { type Holding, holdingOf, slotsIn } from "./lock.ts";
import { type Part, partsIn } from "./parts.ts";
import { DAY_MS, LEAST_KEEP_DAYS } from "./retention.ts";

export type AuditFindingKind =
  | "altered-line"
  | "missing-line"
  | "repeated-line"
  | "broken-link"
  | "torn-line"
  | "missing-file"
  | "altered-file"
  | "removed-early"
  | "not-closed"
  | "gap"
  | "cut-tail"
  | "rewritten"
  | "bad-signature"
  | "missing-checkpoint";

export interface AuditFinding {
  readonly kind: AuditFindingKind;
  /** A note is nothing wrong in itself: another machine may still be writing, or the gap was accepted. */
  readonly severity: "error" | "note";
  readonly file: string;
  /** From 1; null: the file as a whole. */
  readonly line: number | null;
  readonly seq: number | null;
  readonly message: string;
}

/** One chain as far as it can be read. */
export interface AuditChain {
  readonly slot: string;
  readonly files: number;
  readonly lines: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly state: "closed" | "written" | "unknown" | "not closed";
}

export interface Verified {
  readonly chains: readonly AuditChain[];
  /** Signed words about the chains that were compared; null: no key was given. */
  readonly checkpoints: number | null;
  readonly findings: readonly AuditFinding[];
}

export interface VerifyOptions {
  readonly folder: string;
  readonly checkpoint?: { readonly folder: string; readonly keyFile: string };
  /** Hashes of `gap` lines that somebody has looked into. A line's hash covers all lines before it, so no other gap has it. */
  readonly acceptedGaps?: ReadonlySet<string>;
}

/**
 * Reads every line of a log and finds what was altered, taken away, put in or moved. Files of a log that is being
 * written may be read. Without checkpoints somebody who may write the folder can still write a chain anew from any line
 * on, or take away a whole chain.
 *
 * @throws what the file system says where a folder or the key cannot be read
 */
export async function verifyAuditLog({ folder, checkpoint, acceptedGaps }: VerifyOptions): Promise<Verified> {
  // Before the lines: a checkpoint made meanwhile would speak of lines not yet read.
  const key: KeyObject | null = checkpoint ? await publicKey(checkpoint.keyFile) : null;
  const signed = checkpoint && key ? await readCheckpoints(checkpoint.folder, key) : [];
  const holdings = new Map<string, Holding>();
  for (const slot of await slotsIn(folder)) holdings.set(slot, await holdingOf(folder, slot));
  const parts = await partsIn(folder);
  const bySlot = Map.groupBy(parts, ({ slot }) => slot);
  const slots = [...new Set([...bySlot.keys(), ...holdings.keys(), ...slotsOf(signed)])].sort();
  const readings: Reading[] = [];
  for (const slot of slots) {
    const reading = new Reading(folder, slot, holdings.get(slot) ?? "free", signed, acceptedGaps);
    for (const part of bySlot.get(slot) ?? []) await reading.read(part);
    await reading.end();
    if (key) reading.compare();
    readings.push(reading);
  }
  return {
    chains: readings.map((reading) => reading.summary()),
    checkpoints: key && signed.length,
    findings: [...readings.flatMap(({ findings }) => findings), ...badSignatures(signed, holdings)],
  };
}

function slotsOf(signed: readonly ReadCheckpoint[]): readonly string[] {
  return signed.flatMap(({ checkpoint }) => checkpoint?.slot ?? []);
}

function badSignatures(
  signed: readonly ReadCheckpoint[],
  holdings: ReadonlyMap<string, Holding>,
): readonly AuditFinding[] {
  return signed.flatMap(({ file, line, checkpoint, isWhole }) => {
    const isBeingWritten = !isWhole && [...holdings.values()].some((holding) => holding !== "free");
    if (checkpoint || isBeingWritten) return [];
    const message = "is not a checkpoint that this key signed for this chain";
    return [{ kind: "bad-signature" as const, severity: "error" as const, file, line, seq: null, message }];
  });
}

/** Reads one chain from its first file to its last. */
class Reading {
  readonly findings: AuditFinding[] = [];
  readonly #folder: string;
  readonly #slot: string;
  readonly #holding: Holding;
  readonly #signed: readonly ReadCheckpoint[];
  readonly #acceptedGaps: ReadonlySet<string>;
  /** Where checkpoints speak of it: the line's chain and hash. */
  readonly #vouched = new Map<
    number,
    { readonly chain: string; readonly hash: string; readonly place: Place } | null
  >();
  readonly #removed = new Map<number, { readonly hash: string; readonly isEarly: boolean }>();
  #parts: Part[] = [];
  #lines = 0;
  #first: { readonly line: Line; readonly place: Place } | null = null;
  /** The last line that could be read. */
  #last: { readonly line: Line; readonly place: Place } | null = null;
  /** What the next line must be; hash null: the line before cannot be trusted. */
  #next: { seq: number; hash: string | null } | null = null;
  /** A last line without its end. */
  #torn: Place | null = null;

  constructor(
    folder: string,
    slot: string,
    holding: Holding,
    signed: readonly ReadCheckpoint[],
    acceptedGaps: ReadonlySet<string> = new Set(),
  ) {
    this.#folder = folder;
    this.#slot = slot;
    this.#holding = holding;
    this.#acceptedGaps = acceptedGaps;
    this.#signed = signed.filter(({ checkpoint }) => checkpoint?.slot === slot);
    for (const { checkpoint } of this.#signed) if (checkpoint) this.#vouched.set(checkpoint.seq, null);
  }

  async read(part: Part): Promise<void> {
    const isNew = this.#parts.length > 0 && part.number !== (this.#parts.at(-1)?.number ?? 0) + 1;
    this.#parts.push(part);
    this.#tellTorn();
    let isFirst = isNew;
    for (const { number, bytes, isWhole } of linesOf(await readFile(join(this.#folder, part.file)))) {
      const place = { file: part.file, line: number };
      if (isWhole) await this.#line(bytes, place, isFirst);
      else this.#torn = place;
      isFirst = false;
    }
  }

  async end(): Promise<void> {
    if (this.#holding === "free") this.#tellTorn();
    const first = this.#first;
    if (first && first.line.seq > 1) this.#tellBeginning(first.line, first.place);
    if (!first && this.#holding !== "held" && this.#parts.length === 0) {
      this.#find("missing-file", { file: this.#slot, line: null }, null, "has no file at all, though it was written");
    }
    if (this.#state() === "not closed") {
      const place = this.#last?.place ?? { file: this.#parts.at(-1)?.file ?? this.#slot, line: null };
      const message =
        "is the last line, but the log was not closed after it: lines were taken away, or its process ended early";
      if (this.#last) this.#find("not-closed", place, this.#last.line.seq, message);
    }
    if (this.#state() === "unknown" && this.#last) {
      const message = "is the last line; another machine holds this chain, and cannot be asked whether it still writes";
      this.#find("not-closed", this.#last.place, this.#last.line.seq, message, "note");
    }
  }

  /** Whether every line that was vouched for is there, and is the same. */
  compare(): void {
    if (this.#signed.length === 0 && this.#lines > 0) {
      const message = "has no checkpoint, though they are kept";
      this.#find("missing-checkpoint", { file: this.#parts[0]?.file ?? this.#slot, line: null }, null, message);
    }
    const lastSeq = this.#last?.line.seq ?? 0;
    const beyond = this.#signed.findLast(({ checkpoint }) => (checkpoint?.seq ?? 0) > lastSeq);
    if (beyond?.checkpoint) {
      const { seq, time } = beyond.checkpoint;
      const place = this.#last?.place ?? { file: this.#slot, line: null };
      const message = `is the last line, but a checkpoint of ${time} knows of lines up to ${seq}: the end was cut off`;
      this.#find("cut-tail", place, seq, message);
    }
    for (const { checkpoint } of this.#signed) {
      const found = checkpoint && this.#vouched.get(checkpoint.seq);
      if (!checkpoint || !found) continue;
      if (found.hash === checkpoint.hash && found.chain === checkpoint.chain) continue;
      const message = `is not the line ${checkpoint.seq} that a checkpoint of ${checkpoint.time} knows: it was written anew`;
      this.#find("rewritten", found.place, checkpoint.seq, message);
    }
  }

  summary(): AuditChain {
    return {
      slot: this.#slot,
      files: this.#parts.length,
      lines: this.#lines,
      from: this.#first?.line.time ?? null,
      to: this.#last?.line.time ?? null,
      state: this.#state(),
    };
  }

  #state(): AuditChain["state"] {
    if (this.#holding === "held") return "written";
    if (this.#last?.line.kind === "end") return "closed";
    return this.#holding === "unknown" ? "unknown" : "not closed";
  }

  async #line(bytes: Buffer, place: Place, isAfterGone: boolean): Promise<void> {
    this.#lines++;
    const line = readLine(bytes);
    if (!line) {
      const seq = this.#next?.seq ?? null;
      this.#find("altered-line", place, seq, "is not as it was written");
      if (this.#next) this.#next = { seq: this.#next.seq + 1, hash: null };
      return;
    }
    this.#follow(line, place, isAfterGone);
    if (this.#vouched.has(line.seq) && !this.#vouched.get(line.seq)) {
      this.#vouched.set(line.seq, { chain: line.chain, hash: line.hash, place });
    }
    if (!this.#last || line.seq >= this.#last.line.seq) this.#last = { line, place };
    if (line.kind === "gap") await this.#gap(line, place);
    if (line.kind === "removed") this.#remember(line);
  }

  #follow(line: Line, place: Place, isAfterGone: boolean): void {
    const next = this.#next;
    if (!next) {
      this.#first ??= { line, place };
      if (line.seq === 1 && line.prev !== NOTHING_BEFORE) {
        this.#find("broken-link", place, 1, "is the first line, but names one before it");
      }
    } else if (line.seq > next.seq) {
      const gone = line.seq - 1 === next.seq ? `line ${next.seq} is` : `lines ${next.seq} to ${line.seq - 1} are`;
      if (isAfterGone)
        this.#find("missing-file", place, next.seq, `comes after a file that is missing: ${gone} gone with it`);
      else this.#find("missing-line", place, next.seq, `comes too early: ${gone} missing before it`);
    } else if (line.seq < next.seq) {
      this.#find("repeated-line", place, line.seq, `is line ${line.seq} where ${next.seq} must be: repeated or moved`);
    } else if (next.hash !== null && (line.prev !== next.hash || line.chain !== this.#last?.line.chain)) {
      this.#find("broken-link", place, line.seq, "does not follow the line before it: one of them was exchanged");
    }
    this.#next = { seq: line.seq + 1, hash: line.hash };
  }

  #tellTorn(): void {
    const place = this.#torn;
    this.#torn = null;
    if (place) this.#find("torn-line", place, this.#next?.seq ?? null, "has no end: it was half written or cut");
  }

  #tellBeginning({ seq, prev }: Line, place: Place): void {
    const removed = this.#removed.get(seq - 1);
    if (this.#parts[0]?.number === 1) {
      this.#find("missing-line", place, 1, `is line ${seq}, and those before it are missing`);
    } else if (!removed || removed.hash !== prev) {
      const message = `is line ${seq}: the files before it are missing, and the log does not say that they were removed for their age`;
      this.#find("missing-file", place, seq - 1, message);
    } else if (removed.isEarly) {
      this.#find("removed-early", place, seq - 1, `is line ${seq}: what was before it was removed too early`);
    }
  }

  async #gap({ seq, hash, record }: Line, place: Place): Promise<void> {
    const { reason, since, lost, error, torn } = record;
    const from = typeof since === "string" ? since : "the beginning";
    const code = typeof error === "string" ? ` (${error})` : "";
    const message =
      reason === "unwritten"
        ? `says that nothing could be written since ${from}${code}; decisions without a line: ${String(lost)}`
        : `says that the process before ended without closing the log; its last line is of ${from}`;
    const isAccepted = this.#acceptedGaps.has(hash);
    const words = isAccepted ? `${message}; accepted` : `${message}; to accept it: --accept ${hash}`;
    this.#find("gap", place, seq, words, isAccepted ? "note" : "error");
    for (const piece of Array.isArray(torn) ? torn : []) await this.#tornFile(piece, place);
  }

  async #tornFile(piece: unknown, place: Place): Promise<void> {
    if (typeof piece !== "object" || piece === null || !("file" in piece && "sha256" in piece)) return;
    const file = String(piece.file);
    const bytes = /[/\\]/.test(file) ? null : await readFile(join(this.#folder, file)).catch(() => null);
    if (bytes && createHash("sha256").update(bytes).digest("hex") === piece.sha256) return;
    const what = bytes ? "is not as it was kept" : "is missing";
    this.#find("altered-file", { file, line: null }, null, `${what}, as ${place.file}:${place.line} tells of it`);
  }

  #remember({ time, record }: Line): void {
    const { lastSeq, lastHash, lastTime, keepDays } = record;
    if (typeof lastSeq !== "number" || typeof lastHash !== "string" || typeof lastTime !== "string") return;
    const days = Math.max(LEAST_KEEP_DAYS, typeof keepDays === "number" ? keepDays : LEAST_KEEP_DAYS);
    const isEarly = Date.parse(lastTime) + days * DAY_MS > Date.parse(time);
    this.#removed.set(lastSeq, { hash: lastHash, isEarly });
  }

  #find(
    kind: AuditFindingKind,
    { file, line }: { readonly file: string; readonly line: number | null },
    seq: number | null,
    message: string,
    severity: AuditFinding["severity"] = "error",
  ): void {
    this.findings.push({ kind, severity, file, line, seq, message });
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
}
