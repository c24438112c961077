import { createHash, randomBytes } from "node:crypto";
import { fstatSync } from "node:fs";
import { type FileHandle, open, readFile, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lastLine, NOTHING_BEFORE, writeLine } from "./line.ts";
import { dayOf, type Part, partOf, partsIn } from "./parts.ts";
import type { Entry, TornRecord } from "./record.ts";

export interface TimedEntry {
  readonly time: string;
  readonly entry: Entry;
}

/** Where a chain stands: its last line. */
export interface Head {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

export interface ChainOptions {
  readonly folder: string;
  readonly slot: string;
  readonly rotateBytes: number;
  /** Whether lines are on the disk, not only with the system, when `write` returns. */
  readonly isSynced: boolean;
}

/** What stood at the end of a chain when it was opened. */
export interface Found {
  /** null: the chain is new. */
  readonly last: { readonly kind: string; readonly time: string } | null;
  readonly torn: readonly TornRecord[];
}

/** One chain of lines in numbered files, which only this object writes. */
export class Chain {
  head: Head;
  part: Part;
  readonly #options: ChainOptions;
  #file: FileHandle | null;
  #size: number;

  private constructor(options: ChainOptions, head: Head, part: Part, file: FileHandle | null, size: number) {
    this.#options = options;
    this.head = head;
    this.part = part;
    this.#file = file;
    this.#size = size;
  }

  /**
   * Goes on where the files end. What stands after the last whole line, as a crash leaves it, is moved to a file of its
   * own beside them.
   */
  static async open(options: ChainOptions): Promise<{ readonly chain: Chain; readonly found: Found }> {
    const { folder, slot } = options;
    const parts = (await partsIn(folder)).filter((part) => part.slot === slot);
    const newest = parts.at(-1);
    const torn: TornRecord[] = [];
    let size = 0;
    for (const part of parts.toReversed()) {
      const bytes = await readFile(join(folder, part.file));
      const last = lastLine(bytes);
      const end = last?.end ?? 0;
      if (end < bytes.length) torn.push(await setAside(folder, part, bytes.subarray(end), end));
      if (part === newest) size = end;
      if (!last || !newest) continue;
      const { line } = last;
      const file = await open(join(folder, newest.file), "a", MODE);
      const head = { chain: line.chain, seq: line.seq, hash: line.hash };
      return { chain: new Chain(options, head, newest, file, size), found: { last: line, torn } };
    }
    const head = { chain: randomBytes(8).toString("hex"), seq: 0, hash: NOTHING_BEFORE };
    const part = newest ?? partOf(slot, 0, "");
    const file = newest ? await open(join(folder, newest.file), "a", MODE) : null;
    return { chain: new Chain(options, head, part, file, size), found: { last: null, torn } };
  }

  /**
   * Adds the entries as lines, all or none.
   *
   * @returns whether a new file was begun
   * @throws what the file system says; or an Error where the file was changed by somebody else. Lines that follow go on
   *   from what was last written here, so that a line which somebody took away is missed.
   */
  async write(entries: readonly TimedEntry[]): Promise<boolean> {
    let { head } = this;
    const lines = entries.map(({ time, entry }) => {
      const { text, hash } = writeLine({ seq: head.seq + 1, time, chain: head.chain, prev: head.hash, ...entry });
      head = { ...head, seq: head.seq + 1, hash };
      return `${text}\n`;
    });
    const bytes = Buffer.from(lines.join(""));
    const day = dayOf(entries.at(-1)?.time ?? "");
    const isFull = this.#size > 0 && this.#size + bytes.length > this.#options.rotateBytes;
    const before = { part: this.part, file: this.#file, size: this.#size };
    const begun = this.#file === null || isFull || day !== this.part.day ? await this.#begin(day) : null;
    const file = begun ?? this.#file;
    if (!file) throw new Error("The audit log has no file.");
    try {
      await this.#add(file, bytes);
    } catch (error) {
      if (begun) await this.#forget(begun, before);
      throw error;
    }
    this.head = head;
    if (begun) await before.file?.close();
    return begun !== null;
  }

  /** What was written survives a loss of power from now on. */
  async sync(): Promise<void> {
    await this.#file?.datasync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  async #begin(day: string): Promise<FileHandle> {
    if (!this.#options.isSynced) await this.sync();
    const next = partOf(this.#options.slot, this.part.number + 1, day);
    const file = await open(join(this.#options.folder, next.file), "ax", MODE);
    this.part = next;
    this.#file = file;
    this.#size = 0;
    return file;
  }

  /** A file that nothing could be written to does not count. */
  async #forget(begun: FileHandle, before: { part: Part; file: FileHandle | null; size: number }): Promise<void> {
    const { file } = this.part;
    this.part = before.part;
    this.#file = before.file;
    this.#size = before.size;
    await begun.close().catch(() => {});
    await unlink(join(this.#options.folder, file)).catch(() => {});
  }

  async #add(file: FileHandle, bytes: Buffer): Promise<void> {
    // At once: the system has both in memory, and a thread for it costs several times as much as to look.
    const { size, nlink } = fstatSync(file.fd);
    if (size !== this.#size || nlink === 0) {
      // Goes on in a new file: this one is evidence now.
      this.#file = null;
      await file.close().catch(() => {});
      throw new Error("The file of the audit log was changed by somebody else.");
    }
    try {
      for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
      if (this.#options.isSynced) await file.datasync();
    } catch (error) {
      await this.#undo(file);
      throw error;
    }
    this.#size += bytes.length;
  }

  /** Half a line must not stand before the next: where it cannot be cut off, the next goes into a new file. */
  async #undo(file: FileHandle): Promise<void> {
    try {
      await file.truncate(this.#size);
    } catch {
      this.#file = null;
      await file.close().catch(() => {});
    }
  }
}

const MODE = 0o600;

/** Copied before it is cut off: a crash in between copies it again. */
async function setAside(folder: string, part: Part, bytes: Buffer, end: number): Promise<TornRecord> {
  const file = `${part.file}.torn-${end}`;
  await writeFile(join(folder, file), bytes, { mode: MODE, flush: true });
  await truncate(join(folder, part.file), end);
  return { file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
