/** As the server wrote it, one text a column. */
export type TextRow = readonly (string | null)[];

/**
 * Rows on their way from the wire to their reader. The wire is paused while many of them, or much text, are unread; and
 * after some until the event loop has gone round once: a socket that always has more to read is read many times over
 * before anything else has its turn, however quickly its rows are taken.
 */
export class RowQueue {
  readonly #wire: { pause(): void; resume(): void };
  #rows: TextRow[] = [];
  /** Of all unread cells. */
  #length = 0;
  #isPaused = false;
  /** Of what came since the last pause, until the event loop has gone round after it. */
  #newRows = 0;
  #newLength = 0;
  /** Set once no more rows come. */
  #end: { readonly failure: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(wire: { pause(): void; resume(): void }) {
    this.#wire = wire;
  }

  push(row: TextRow): void {
    if (this.#end) return;
    const length = lengthOf(row);
    this.#length += length;
    this.#newLength += length;
    this.#newRows += 1;
    const isMuch = this.#rows.push(row) >= MANY_ROWS || this.#length >= MUCH_TEXT;
    if (isMuch || this.#newRows >= TURN_ROWS || this.#newLength >= TURN_TEXT) this.#pause();
    this.#wake();
  }

  /** @param failure null: all rows came. Otherwise what is unread is forgotten and the wire runs on. */
  end(failure: unknown): void {
    if (this.#end) return;
    this.#end = { failure };
    if (failure !== null) {
      this.#rows = [];
      this.#length = 0;
      this.#resume();
    }
    this.#wake();
  }

  /** Resolves when there is something to take. */
  async ready(): Promise<void> {
    while (this.#rows.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#end && this.#end.failure !== null) throw this.#end.failure;
  }

  /** null after the last row. */
  async take(): Promise<readonly TextRow[] | null> {
    await this.ready();
    const batch = this.#rows.splice(0, BATCH_ROWS);
    for (const row of batch) this.#length -= lengthOf(row);
    // Not before the event loop has gone round, which resumes it by itself.
    if (this.#newRows === 0) this.#resumeIfRoom();
    return batch.length > 0 ? batch : null;
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#wire.pause();
    setImmediate(() => {
      this.#newRows = 0;
      this.#newLength = 0;
      this.#resumeIfRoom();
    });
  }

  #resumeIfRoom(): void {
    if (this.#end || (this.#rows.length < BATCH_ROWS && this.#length < MUCH_TEXT)) this.#resume();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#wire.resume();
  }
}

const BATCH_ROWS = 1000;
/** What one pause leaves to read; a packet that has arrived adds its rows. */
const MANY_ROWS = 4 * BATCH_ROWS;
/** What may come while nothing else has its turn: some milliseconds of work. */
const TURN_ROWS = 2 * BATCH_ROWS;
const TURN_TEXT = 250_000;
/** In characters: long texts would fill the memory before they are many. */
const MUCH_TEXT = 4_000_000;

function lengthOf(row: TextRow): number {
  let length = 0;
  for (const cell of row) length += cell?.length ?? 0;
  return length;
}
