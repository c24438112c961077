import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { Chain, type TimedEntry } from "./chain.ts";
import { type CheckpointOptions, type Checkpoints, openCheckpoints } from "./checkpoint.ts";
import { isCode, type Slot, takeSlot } from "./lock.ts";
import { WRITER_NAME } from "./parts.ts";
import type { Decision, Entry, GapRecord } from "./record.ts";
import { agedParts, LEAST_KEEP_DAYS, removeParts } from "./retention.ts";

export interface AuditOptions {
  readonly folder: string;
  /** Begins the names of the files: lower-case letters, digits, `-` and `_`. */
  readonly writer: string;
  /** What happens to questions while the log cannot be written: they are refused, or answered and counted. */
  readonly onFailure: "closed" | "open";
  /** A file is at most this large, unless one batch of lines is larger. */
  readonly rotateBytes: number;
  /** At least 400. */
  readonly keepDays: number;
  readonly checkpoint?: CheckpointOptions;
  /** Told of decisions that are in no line. */
  readonly onLost?: (count: number) => void;
  /** Told of what the operator must look after, in words. */
  readonly onProblem?: (message: string) => void;
}

export interface AuditLog {
  /** Before a question runs. @throws AuditError while the log cannot be written and questions must not be answered */
  ready(): Promise<void>;
  /**
   * Writes a decision. Lines stand in the order of the calls.
   *
   * @throws AuditError when it could not be written and the answer must be withheld; never where `onFailure` is `open`.
   */
  append(decision: Decision): Promise<void>;
  /** Writes what is waiting, and that the log was closed. */
  close(): Promise<void>;
}

/** The audit log cannot be written. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

/**
 * Opens the log for this process, in a chain of its own.
 *
 * @throws AuditError where it cannot be written from the start, unless `onFailure` is `open`; and for a key that cannot
 *   be used, whatever `onFailure` says.
 */
export async function openAuditLog(options: AuditOptions, clock: () => Date = () => new Date()): Promise<AuditLog> {
  const { writer, keepDays } = options;
  if (!WRITER_NAME.test(writer)) throw new AuditError(`"${writer}" cannot begin the name of a file.`);
  if (!(keepDays >= LEAST_KEEP_DAYS)) throw new AuditError(`An audit log is kept for ${LEAST_KEEP_DAYS} days or more.`);
  const checkpoints = options.checkpoint && (await opened(openCheckpoints(options.checkpoint)));
  const log = new Writer(options, checkpoints ?? null, clock);
  await log.begin();
  return log;
}

async function opened<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    throw new AuditError(`The checkpoints of the audit log cannot be written: ${wordsOf(cause)}`, { cause });
  }
}

interface Waiting {
  /** null: only asks whether the log can be written. */
  readonly entry: TimedEntry | null;
  done(error: AuditError | null): void;
}

/** Since when, and how many decisions, nothing could be written. */
interface Break {
  readonly since: string | null;
  readonly lost: number;
  readonly error: AuditError;
}

const BATCH = 500;

/** Lines that wait for the one before them are written together. */
class Writer implements AuditLog {
  readonly #options: AuditOptions;
  readonly #checkpoints: Checkpoints | null;
  readonly #clock: () => Date;
  #slot: Slot | null = null;
  #chain: Chain | null = null;
  #break: Break | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #isClosed = false;
  /** Of the last line. */
  #lastTime: string | null = null;
  #hasCheckpointFailed = false;
  /** What a process says first: what it found, and who it is. Kept until it is written. */
  #opening: readonly TimedEntry[] = [];

  constructor(options: AuditOptions, checkpoints: Checkpoints | null, clock: () => Date) {
    this.#options = options;
    this.#checkpoints = checkpoints;
    this.#clock = clock;
  }

  /** @throws AuditError unless `onFailure` is `open` */
  async begin(): Promise<void> {
    try {
      await this.#write([]);
      await this.#retire();
    } catch (cause) {
      this.#failed(cause, 0);
      if (this.#options.onFailure === "open") return;
      await this.#slot?.release().catch(() => {});
      throw this.#break?.error ?? cause;
    }
  }

  async ready(): Promise<void> {
    if (this.#break !== null && this.#options.onFailure === "closed") await this.#enqueue(null);
  }

  append(decision: Decision): Promise<void> {
    return this.#enqueue({ time: this.#now(), entry: decision });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    try {
      await this.#write([{ time: this.#now(), entry: { kind: "end", record: {} } }]);
      await this.#checkpoint(true);
      await this.#chain?.close();
    } catch (error) {
      // Who opens it next finds that it was not closed.
      this.#failed(error, 0);
    }
    await this.#slot?.release().catch(() => {});
  }

  #enqueue(entry: TimedEntry | null): Promise<void> {
    if (this.#isClosed) return Promise.reject(new AuditError("The audit log is closed."));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, done: (error) => (error ? reject(error) : resolve()) });
      this.#writing ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    // Those who ask at the same moment are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const entries = batch.flatMap(({ entry }) => entry ?? []);
      const error = await this.#tried(entries);
      for (const waiting of batch) waiting.done(error);
    }
    this.#writing = null;
  }

  /** null: written, or not to be held against the question. */
  async #tried(entries: readonly TimedEntry[]): Promise<AuditError | null> {
    try {
      if ((await this.#write(entries)) && entries.length > 0) await this.#retire();
      return null;
    } catch (error) {
      const { error: failure } = this.#failed(error, entries.length);
      return this.#options.onFailure === "open" ? null : failure;
    }
  }

  /** @returns whether a new file was begun */
  async #write(entries: readonly TimedEntry[]): Promise<boolean> {
    const chain = this.#chain ?? (await this.#open());
    this.#chain = chain;
    const gap = this.#break ? this.#gap(this.#break) : [];
    const all = [...this.#opening, ...gap, ...entries];
    if (all.length === 0) return false;
    const isNewFile = await chain.write(all);
    this.#opening = [];
    this.#break = null;
    this.#lastTime = all.at(-1)?.time ?? null;
    await this.#checkpoint(isNewFile);
    return isNewFile;
  }

  async #open(): Promise<Chain> {
    const { folder, writer, rotateBytes, onFailure } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#slot ??= await takeSlot(folder, writer);
    const { chain, found } = await Chain.open({
      folder,
      slot: this.#slot.name,
      rotateBytes,
      isSynced: onFailure === "closed",
    });
    const time = this.#now();
    const { last, torn } = found;
    const isBroken = (last !== null && last.kind !== "end") || torn.length > 0;
    const record: GapRecord = { reason: "not-closed", since: last?.time ?? null, lost: null, error: null, torn };
    this.#opening = [
      ...(isBroken ? [entryAt(time, { kind: "gap", record })] : []),
      entryAt(time, { kind: "start", record: { host: hostname(), pid: process.pid, onFailure } }),
    ];
    return chain;
  }

  #gap({ since, lost, error: { cause } }: Break): readonly TimedEntry[] {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : null;
    const record: GapRecord = { reason: "unwritten", since, lost, error: code, torn: [] };
    return [entryAt(this.#now(), { kind: "gap", record })];
  }

  #failed(cause: unknown, lost: number): Break {
    const before = this.#break;
    const error = new AuditError(`The audit log in ${this.#options.folder} cannot be written: ${wordsOf(cause)}`, {
      cause,
    });
    this.#break = { since: before ? before.since : this.#lastTime, lost: (before?.lost ?? 0) + lost, error };
    if (!before) this.#options.onProblem?.(error.message);
    if (lost > 0) this.#options.onLost?.(lost);
    return this.#break;
  }

  /** A checkpoint that fails is tried again with the next line: the lines themselves are written. */
  async #checkpoint(isDue: boolean): Promise<void> {
    if (!this.#checkpoints || !this.#chain) return;
    try {
      await this.#checkpoints.after(this.#chain, this.#clock(), isDue || this.#hasCheckpointFailed);
      this.#hasCheckpointFailed = false;
    } catch (error) {
      if (!this.#hasCheckpointFailed) {
        this.#options.onProblem?.(`A checkpoint of the audit log cannot be written: ${wordsOf(error)}`);
      }
      this.#hasCheckpointFailed = true;
    }
  }

  /** Removes what is old enough, after saying so in the log. What cannot be removed is tried again with the next file. */
  async #retire(): Promise<void> {
    const { folder, keepDays } = this.#options;
    if (!this.#chain) return;
    try {
      const aged = await agedParts(folder, this.#chain.part, keepDays, this.#clock());
      if (aged.length === 0) return;
      await this.#write(aged.map((record) => entryAt(this.#now(), { kind: "removed", record })));
      await this.#chain.sync();
      await removeParts(folder, aged);
    } catch (error) {
      this.#options.onProblem?.(`Old files of the audit log cannot be removed: ${wordsOf(error)}`);
    }
  }

  #now(): string {
    return this.#clock().toISOString();
  }
}

function entryAt(time: string, entry: Entry): TimedEntry {
  return { time, entry };
}

/** What an operator can act on, without a stack. */
function wordsOf(error: unknown): string {
  if (isCode(error, "ENOSPC")) return "the disk is full (ENOSPC).";
  return error instanceof Error ? error.message : String(error);
}
