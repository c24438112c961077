import { randomBytes } from "node:crypto";
import { setImmediate as otherWork } from "node:timers/promises";
import { createMemoryStore } from "../cache/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { heapShare, isObject } from "../std/index.ts";
import type { DataReply, DataValue, SchemaField } from "./protocol.ts";

export type ReadyReply = DataReply & { readonly status: "ready" };

/** Whom pages belong to, under which definitions. */
export interface PageOwner {
  /** All digits of the digest of who asked, claims included. */
  readonly identity: string;
  readonly catalogVersion: string;
}

/** Answers that are larger than one reply, read piece by piece by who asked. */
export interface Pages {
  /**
   * @returns the first page; the others are kept
   * @throws Refusal LIMIT_EXCEEDED for what Data Studio would not take: nothing of it is kept then
   */
  cut(owner: PageOwner, answer: WholeAnswer): Promise<ReadyReply>;
  /** @throws Refusal UNKNOWN_QUERY for a page that is no longer there, or is somebody else's. */
  read(owner: PageOwner, page: string): ReadyReply;
}

export interface WholeAnswer {
  readonly schema: readonly SchemaField[];
  readonly rows: Iterable<readonly DataValue[]>;
  readonly cacheSeconds: number;
}

/** Sizes are of JSON, in bytes. */
export interface PageLimits {
  /** Of one reply. Default 5 MB, which a script fetches and reads in a few seconds. */
  readonly pageBytes?: number;
  /** Of all pages. Default 48 MB: Apps Script takes and gives 50 MB. */
  readonly answerBytes?: number;
  /** Of all pages that wait to be read. */
  readonly keptBytes?: number;
  readonly keepMs?: number;
  /** Milliseconds that only grow. */
  readonly clock?: () => number;
}

export const ANSWER_BYTES = 48_000_000;
const PAGE_BYTES = 5_000_000;
const KEEP_MS = 5 * 60_000;
/** Others have their turn after so much. */
const TURN_BYTES = 500_000;
/** What stands around the rows of a reply. */
const FRAME_BYTES = 300;

interface KeptPage extends PageOwner {
  /** JSON of the reply. Bytes, so that what it takes in memory is known. */
  readonly body: Buffer;
}

export function createPages(limits: PageLimits = {}): Pages {
  const { pageBytes = PAGE_BYTES, keepMs = KEEP_MS, clock } = limits;
  const { keptBytes = heapShare(1 / 8, 256 * 2 ** 20) } = limits;
  // What cannot be kept whole would be lost before it is read, each time anew.
  const answerBytes = Math.min(limits.answerBytes ?? ANSWER_BYTES, keptBytes);
  const kept = createMemoryStore<KeptPage>(keptBytes, clock);

  return {
    async cut(owner, { schema, rows, cacheSeconds }) {
      const made: { readonly handle: string; readonly body: Buffer }[] = [];
      let first: ReadyReply | null = null;
      let open: Row[] = [];
      let handle = "";
      let here = Buffer.byteLength(JSON.stringify(schema)) + FRAME_BYTES;
      let [all, count] = [here, 0];
      const close = (next: string | null): void => {
        const reply: ReadyReply = { status: "ready", rows: open, page: next, filtersApplied: true, cacheSeconds };
        // As bytes at once: as objects, rows take several times as much.
        if (first) made.push({ handle, body: Buffer.from(JSON.stringify(reply)) });
        else first = { ...reply, schema };
      };
      for (const values of rows) {
        const bytes = Buffer.byteLength(JSON.stringify(values)) + ROW_BYTES;
        count++;
        if (here + bytes > pageBytes && open.length > 0) {
          const next = randomBytes(24).toString("base64url");
          close(next);
          [open, handle, here] = [[], next, FRAME_BYTES];
          all += FRAME_BYTES;
        }
        if (Math.floor(all / TURN_BYTES) < Math.floor((all + bytes) / TURN_BYTES)) await otherWork();
        here += bytes;
        all += bytes;
        if (all > answerBytes || here > pageBytes) throw tooLarge(count, answerBytes);
        open.push({ values });
      }
      close(null);
      for (const { handle: name, body } of made) {
        kept.set(name, { ...owner, body }, { bytes: body.length, ttlMs: keepMs });
      }
      if (!first) throw new Error("An answer has no first page.");
      return first;
    },
    read(owner, page) {
      const found = kept.get(page);
      if (found instanceof Promise) throw new Error("Pages are kept in this process.");
      if (found?.identity !== owner.identity || found.catalogVersion !== owner.catalogVersion) throw lost();
      const reply: unknown = JSON.parse(found.body.toString());
      if (!isReply(reply)) throw new Error("A page was kept that is no reply.");
      return reply;
    },
  };
}

type Row = ReadyReply["rows"][number];

/** `{"values":},` around a row's values. */
const ROW_BYTES = 12;

function isReply(value: unknown): value is ReadyReply {
  return isObject(value) && value["status"] === "ready" && Array.isArray(value["rows"]);
}

export function tooLarge(rows: number, answerBytes = ANSWER_BYTES): Refusal {
  const size = `${Math.floor(answerBytes / 1_000_000)} MB`;
  const message = `The chart asks for at least ${rows.toLocaleString("en")} rows, more than the ${size} that can be handed to Data Studio. Add a filter, shorten the date range, or use fewer or coarser fields.`;
  return new Refusal("LIMIT_EXCEEDED", message);
}

function lost(): Refusal {
  const message = "The rest of this answer is no longer kept on the server: refresh the chart.";
  return new Refusal("UNKNOWN_QUERY", message, { path: ["page"] });
}
