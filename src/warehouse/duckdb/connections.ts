import { setMaxListeners } from "node:events";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { WarehouseError } from "../warehouse.ts";

/**
 * The connections of one database: each runs one statement at a time, so several statements run at once. Those that
 * find all busy wait their turn, first come first served.
 */
export class Connections {
  readonly #instance: DuckDBInstance;
  readonly #database: string | null;
  #unopened: number;
  readonly #idle: DuckDBConnection[] = [];
  readonly #leases = new Set<Lease>();
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  /** @param database The attached database in which unqualified names are looked up; null: the instance's own. */
  constructor(instance: DuckDBInstance, limit: number, database: string | null) {
    this.#instance = instance;
    this.#database = database;
    this.#unopened = limit;
  }

  /** Whether a statement would have to wait for its turn. */
  get areAllBusy(): boolean {
    return this.#unopened === 0 && this.#idle.length === 0;
  }

  async lease(signal?: AbortSignal): Promise<Lease> {
    if (signal) setMaxListeners(0, signal); // as many statements as one question needs share its signal
    for (;;) {
      if (signal?.aborted) throw aborted(signal.reason);
      if (this.#isClosed) throw closed();
      const connection = this.#idle.pop() ?? (await this.#open());
      if (connection !== undefined) return this.#lend(connection, signal);
      await this.#turn(signal);
    }
  }

  /** Ends every statement, waits until the engine let go of them, and closes the database. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#leases].map((lease) => lease.end("discard")));
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#instance.closeSync();
  }

  /** undefined when there are as many as there may be. */
  async #open(): Promise<DuckDBConnection | undefined> {
    if (this.#unopened === 0) return undefined;
    this.#unopened -= 1;
    const connection = await this.#instance.connect();
    if (this.#database !== null) await connection.run(`USE ${this.#database}`);
    if (!this.#isClosed) return connection;
    connection.closeSync();
    throw closed();
  }

  #lend(connection: DuckDBConnection, signal: AbortSignal | undefined): Lease {
    const lease = new Lease(connection, signal, (fate) => {
      this.#leases.delete(lease);
      if (fate === "keep" && !this.#isClosed) this.#idle.push(connection);
      else {
        connection.closeSync();
        this.#unopened += 1;
      }
      this.#waiting.shift()?.();
    });
    this.#leases.add(lease);
    return lease;
  }

  /** Resolves when a connection came back, or on abort. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", leave);
        if (signal?.aborted) this.#waiting.shift()?.(); // aborted in the same moment: the turn goes to the next
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve();
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(wake);
    });
  }
}

/** `discard`: something still hangs on the connection (an unread result, an interrupt), so it is not used again. */
type Fate = "keep" | "discard";

/** One connection in the hands of one statement, until `end`. */
export class Lease {
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #giveBack: (fate: Fate) => void;
  #running: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(connection: DuckDBConnection, signal: AbortSignal | undefined, giveBack: (fate: Fate) => void) {
    this.#connection = connection;
    this.#signal = signal;
    this.#giveBack = giveBack;
  }

  /** One step in the engine, interrupted when the signal aborts or the warehouse closes. */
  async run<T>(step: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#assertWanted();
    let interrupting: NodeJS.Timeout | undefined;
    const interrupt = () => {
      interrupting = this.#interrupt();
    };
    this.#signal?.addEventListener("abort", interrupt, { once: true });
    const running = step(this.#connection);
    this.#running = running.catch(() => undefined);
    try {
      const made = await running;
      this.#assertWanted(); // a result that is interrupted between two chunks ends like a whole one
      return made;
    } catch (cause) {
      this.#assertWanted();
      throw cause;
    } finally {
      this.#signal?.removeEventListener("abort", interrupt);
      clearInterval(interrupting);
    }
  }

  #assertWanted(): void {
    if (this.#signal?.aborted) throw aborted(this.#signal.reason);
    if (this.#ended) throw closed();
  }

  async end(fate: Fate): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const interrupting = fate === "discard" ? this.#interrupt() : undefined;
    await this.#running;
    clearInterval(interrupting);
    this.#giveBack(fate);
  }

  /** Again and again: an interrupt that comes just before the engine starts the statement is forgotten by it. */
  #interrupt(): NodeJS.Timeout {
    this.#connection.interrupt();
    return setInterval(() => this.#connection.interrupt(), 10);
  }
}

function aborted(reason: unknown): WarehouseError {
  return new WarehouseError("aborted", "The statement was ended before it had finished.", { cause: reason });
}

function closed(): WarehouseError {
  return new WarehouseError("unavailable", "The warehouse is closed.");
}
