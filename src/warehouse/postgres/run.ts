import { setTimeout as delay } from "node:timers/promises";
import { type CustomTypesConfig, type PoolClient, Query, type QueryResultBase } from "pg";
import type { Statement } from "../../sql/index.ts";
import { type ColumnReader, columnReader } from "./cells.ts";
import { warehouseError } from "./errors.ts";
import { RowQueue, type TextRow } from "./row-queue.ts";

interface RunOptions {
  /** Asks the server to end what runs on this connection. */
  readonly cancel: () => Promise<void>;
  /** Told before each time but the first. */
  readonly onCancelAgain: () => void;
  /** After so long the server ends the statement; soon after, without a word from it, the connection is given up. */
  readonly timeoutMs: number;
}

/**
 * One statement on one connection, from BEGIN to ROLLBACK: it can write nothing, and what it sets is undone. All three
 * are sent at once, so this costs no waiting.
 */
export class Run {
  /** Resolves, and never rejects, once the server is done with it: whether the connection can be used again. */
  readonly done: Promise<boolean>;
  readonly #client: PoolClient;
  readonly #options: RunOptions;
  readonly #rows: RowQueue;
  #columns: readonly ColumnReader[] = [];
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;

  constructor(client: PoolClient, statement: Statement, options: RunOptions) {
    this.#client = client;
    this.#options = options;
    const { stream } = client.connection;
    this.#rows = new RowQueue({ pause: () => stream.pause(), resume: () => stream.resume() });
    const begin = `BEGIN READ ONLY; SET LOCAL statement_timeout = ${options.timeoutMs}`;
    // In one packet: each of its own costs both sides a call of the system, and wakes the server.
    stream.cork();
    const begun = client.query(begin).catch((cause: unknown) => this.#rows.end(warehouseError(cause)));
    this.#send(statement);
    const ended = client.query("ROLLBACK");
    stream.uncork();
    this.done = this.#untilDone(Promise.all([begun, ended]));
  }

  /**
   * Resolves when the first row is there, or none will come.
   *
   * @throws WarehouseError when the server refuses.
   */
  async columns(): Promise<readonly ColumnReader[]> {
    await this.#rows.ready();
    return this.#columns;
  }

  /** Whether a row has come. */
  get hasAnswered(): boolean {
    return this.#columns.length > 0;
  }

  /** Waits until the statement is gone from the server, but not for a server that does not answer. */
  async gone(): Promise<void> {
    await Promise.race([this.done, delay(PATIENCE_MS, undefined, { ref: false })]);
  }

  /**
   * Ends a statement of which rows are unread. Those on their way would have to be read before the server is done: when
   * they are many, the connection is given up instead, and the server ends what nobody reads.
   */
  async leave(failure: unknown): Promise<void> {
    this.stop(failure);
    const isDone = await Promise.race([this.done.then(() => true), delay(DRAIN_MS, false)]);
    if (!isDone) this.#hangUp();
    await this.gone();
  }

  /** null after the last row. */
  take(): Promise<readonly TextRow[] | null> {
    return this.#rows.take();
  }

  /** Ends the statement; whoever reads it gets the failure. Nothing where it has ended already. */
  stop(failure: unknown): void {
    this.#isStopped = true;
    this.#rows.end(failure);
    this.#stopped.resolve();
  }

  /** Always by the extended protocol, also without values: it takes one statement only. */
  #send({ text, values }: Statement): void {
    const config = { text, values: [...values], rowMode: "array", queryMode: "extended", types: PLAIN_TEXT };
    const query = new Query<TextRow>(config);
    query.on("row", (row, result) => {
      if (this.#columns.length === 0 && result) this.#columns = readersOf(result);
      this.#rows.push(row);
    });
    query.on("end", (result) => {
      this.#columns = readersOf(result);
      this.#rows.end(null);
    });
    query.on("error", (cause) => this.#rows.end(warehouseError(cause)));
    this.#client.query(query);
  }

  async #untilDone(ended: Promise<unknown>): Promise<boolean> {
    const over = ended.then(
      () => true,
      () => false,
    );
    const watch = setTimeout(() => this.#hangUp(), this.#options.timeoutMs + GRACE_MS);
    await Promise.race([over, this.#stopped.promise]);
    if (this.#isStopped) await this.#cancelUntil(over);
    const isClean = await over;
    clearTimeout(watch);
    if (!this.#isStopped) return isClean;
    // A request to end may have come late and hit our own ROLLBACK; one that comes later still hits nothing.
    return this.#client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
  }

  /** Again and again: a request that comes just before the server starts the statement is forgotten by it. */
  async #cancelUntil(over: Promise<boolean>): Promise<void> {
    const giveUpAt = performance.now() + CANCEL_MS;
    const isOverIn = (ms: number) => Promise.race([over.then(() => true), delay(ms, false)]);
    for (let waitMs = 0; !(await isOverIn(waitMs)); waitMs = CANCEL_AGAIN_MS) {
      if (waitMs > 0) this.#options.onCancelAgain();
      const isAsked = await this.#options.cancel().then(
        () => true,
        () => false,
      );
      if (!isAsked || performance.now() > giveUpAt) return this.#hangUp();
    }
  }

  /** The server notices: it looks after its connections twice a second. */
  #hangUp(): void {
    this.#client.connection.stream.destroy();
  }
}

/** How much longer than its timeout we wait for the server to speak. */
const GRACE_MS = 5_000;

/** With a silent server, an answer must not come much later than its deadline. */
const PATIENCE_MS = 100;
const DRAIN_MS = 30;
const CANCEL_AGAIN_MS = 20;
const CANCEL_MS = 5_000;

function readersOf({ fields }: QueryResultBase): readonly ColumnReader[] {
  return fields.map(({ name, dataTypeID }) => columnReader(name, dataTypeID));
}

/** Cells stay text until they are read. */
const PLAIN_TEXT: CustomTypesConfig = { getTypeParser: () => (text: string) => text };
