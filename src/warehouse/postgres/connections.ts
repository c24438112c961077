import { setMaxListeners } from "node:events";
import { type ClientBase, Pool, type PoolClient } from "pg";
import type { Statement } from "../../sql/index.ts";
import { type ExecuteOptions, WarehouseError } from "../warehouse.ts";
import { commentOf } from "./comment.ts";
import { aborted, closed, unreachable } from "./errors.ts";
import { Run } from "./run.ts";
import type { PostgresSettings } from "./settings.ts";

/**
 * The connections to one database, each running one statement at a time. Those who find all busy wait their turn. A
 * connection comes back only when the server is done with its statement and nothing that would end it is on its way.
 */
export class Connections {
  readonly #settings: PostgresSettings;
  readonly #pool: Pool;
  /** Apart, so that statements can be ended while all connections are busy. */
  readonly #control: Pool;
  readonly #processIds = new WeakMap<ClientBase, number>();
  readonly #closing = new AbortController();
  /** Whatever still holds a connection. */
  readonly #held = new Set<Promise<void>>();

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
    // The pool waits for what this returns, though its type says it returns nothing.
    const onConnect: (client: ClientBase) => unknown = (client) => this.#greet(client);
    this.#pool = newPool({ ...settings.connection, max: settings.maxConnections, pipeline: true, onConnect });
    this.#control = newPool({ ...settings.connection, max: 1, query_timeout: CONTROL_MS });
    setMaxListeners(0, this.#closing.signal);
  }

  get name(): string {
    return this.#settings.name;
  }

  async run(statement: Statement, { signal, deadline, origin }: ExecuteOptions): Promise<Run> {
    const client = await this.#lend(signal);
    const leftMs = deadline === undefined ? Infinity : Math.max(0, deadline - performance.now()) + MARGIN_MS;
    const text = origin ? commentOf(origin) + statement.text : statement.text;
    const run = new Run(
      client,
      { ...statement, text },
      {
        cancel: () => this.#cancel(this.#processIds.get(client)),
        timeoutMs: Math.ceil(Math.min(this.#settings.statementTimeoutMs, leftMs)),
      },
    );
    const stop = () => run.stop(this.#closing.signal.aborted ? closed() : aborted(signal?.reason));
    const signals = signal ? [signal, this.#closing.signal] : [this.#closing.signal];
    for (const each of signals) each.addEventListener("abort", stop, { once: true });
    if (signals.some((each) => each.aborted)) stop();
    const giveBack = async () => {
      const isReusable = await run.done;
      for (const each of signals) each.removeEventListener("abort", stop);
      client.release(!isReusable);
    };
    this.#hold(giveBack());
    return run;
  }

  /** Ends every statement, waits until the server let go of them, and closes the connections. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    while (this.#held.size > 0) await Promise.all(this.#held);
    await Promise.all([this.#pool.end(), this.#control.end()]);
  }

  async #lend(signal: AbortSignal | undefined): Promise<PoolClient> {
    if (signal) setMaxListeners(0, signal); // as many statements as one question needs share its signal
    if (signal?.aborted) throw aborted(signal.reason);
    if (this.#closing.signal.aborted) throw closed();
    const connecting = this.#pool.connect();
    const left = new AbortController();
    try {
      return await Promise.race([
        connecting,
        failure(signal, left.signal, () => aborted(signal?.reason)),
        failure(this.#closing.signal, left.signal, closed),
      ]);
    } catch (cause) {
      this.#hold(
        connecting.then(
          (client) => client.release(),
          () => undefined,
        ),
      );
      throw unreachable(this.#settings.name, cause);
    } finally {
      left.abort();
    }
  }

  /** A new connection: which process serves it, and an order to notice on its own when we are gone. */
  async #greet(client: ClientBase): Promise<void> {
    client.on("error", () => {}); // whoever runs a statement on it is told; without a listener the process would end
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    this.#processIds.set(client, Number(rows[0]?.pid));
    // From PostgreSQL 14, and not on every system.
    await client.query("SET client_connection_check_interval = 500").catch(() => undefined);
  }

  async #cancel(processId: number | undefined): Promise<void> {
    await this.#control.query("SELECT pg_cancel_backend($1)", [processId]);
  }

  #hold(work: Promise<void>): void {
    this.#held.add(work);
    void work.finally(() => this.#held.delete(work));
  }
}

/** We end a statement at its deadline; the server does it so much later, should we be gone. */
const MARGIN_MS = 1_000;

/** How long the server may take to end a statement when asked. */
const CONTROL_MS = 1_000;

function newPool(config: ConstructorParameters<typeof Pool>[0]): Pool {
  const pool = new Pool(config);
  pool.on("error", () => {}); // an idle connection dropped: the pool forgets it; without a listener the process would end
  return pool;
}

/** Rejects when the signal aborts, unless `left` did before. */
function failure(signal: AbortSignal | undefined, left: AbortSignal, error: () => WarehouseError): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(error()), { once: true, signal: left });
  });
}
