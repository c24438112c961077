/** As the server wrote it, one text a column. */
export type TextRow = readonly (string | null)[];

/** Rows on their way from the wire to their reader. The wire is paused while many of them, or much text, are unread. */
export class RowQueue {
  readonly #wire: { pause(): void; resume(): void };
  #rows: TextRow[] = [];
  /** Of all unread cells. */
  #length = 0;
  #isPaused = false;
  /** Set once no more rows come. */
  #end: { readonly failure: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(wire: { pause(): void; resume(): void }) {
    this.#wire = wire;
  }

  push(row: TextRow): void {
    if (this.#end) return;
    this.#length += lengthOf(row);
    const isMuch = this.#rows.push(row) >= MANY_ROWS || this.#length >= MUCH_TEXT;
    if (isMuch && !this.#isPaused) {
      this.#isPaused = true;
      this.#wire.pause();
    }
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
    if (this.#rows.length < BATCH_ROWS && this.#length < MUCH_TEXT) this.#resume();
    return batch.length > 0 ? batch : null;
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
/** In characters: long texts would fill the memory before they are many. */
const MUCH_TEXT = 4_000_000;

function lengthOf(row: TextRow): number {
  let length = 0;
  for (const cell of row) length += cell?.length ?? 0;
  return length;
}
