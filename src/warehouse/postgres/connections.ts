import { setMaxListeners } from "node:events";
import { Client, type ClientBase, Pool, type PoolClient, type QueryResultRow } from "pg";
import type { Statement } from "../../sql/index.ts";
import { type ExecuteOptions, WarehouseError } from "../warehouse.ts";
import { commentOf } from "./comment.ts";
import { aborted, closed, codeOf, unreachable } from "./errors.ts";
import { Run } from "./run.ts";
import type { PostgresHost, PostgresLimits } from "./settings.ts";
import { type Turn, Turns } from "./turns.ts";

/** What ends a statement, or the wait for its turn. */
interface End {
  readonly signal: AbortSignal;
  readonly error: () => WarehouseError;
}

/**
 * The connections to one host, each running one statement at a time. Those who find all busy wait their turn. A
 * connection comes back only when the server is done with its statement and nothing that would end it is on its way.
 */
export class Connections {
  readonly #host: PostgresHost;
  readonly #limits: PostgresLimits;
  readonly #turns: Turns;
  readonly #pool: Pool;
  /** Apart, so that statements can be ended and the host looked after while all connections are busy. */
  readonly #control: Pool;
  readonly #processIds = new WeakMap<ClientBase, number>();
  readonly #closing = new AbortController();
  #cancelRetries = 0;
  /** Whatever still holds a connection. */
  readonly #held = new Set<Promise<void>>();

  constructor(host: PostgresHost, limits: PostgresLimits) {
    this.#host = host;
    this.#limits = limits;
    this.#turns = new Turns(limits.maxConnections);
    // The pool waits for what this returns, though its type says it returns nothing.
    const onConnect: (client: ClientBase) => unknown = (client) => this.#greet(client);
    this.#pool = newPool({ ...host.connection, max: limits.maxConnections, pipeline: true, onConnect });
    const connectionTimeoutMillis = Math.min(CONTROL_MS, limits.connectTimeoutMs);
    this.#control = newPool({ ...host.connection, connectionTimeoutMillis, max: 1, query_timeout: CONTROL_MS });
    setMaxListeners(0, this.#closing.signal);
  }

  /** Statements that run or wait here. */
  get demand(): number {
    return this.#turns.demand;
  }

  /** How often the server was told once more to end a statement. */
  get cancelRetries(): number {
    return this.#cancelRetries;
  }

  /**
   * @param lost Aborts when the host is given up: then whatever waits, and what has not answered, fails as unavailable.
   * @throws WarehouseError "busy" when no turn comes in time, "unavailable" without a connection. Nothing was sent then.
   */
  async run(statement: Statement, { signal, deadline, origin }: ExecuteOptions, lost: AbortSignal): Promise<Run> {
    const ends: End[] = [
      { signal: this.#closing.signal, error: closed },
      { signal: lost, error: () => unreachable(this.#host.name, lost.reason) },
    ];
    if (signal) ends.push({ signal, error: () => aborted(signal.reason) });
    for (const each of ends) setMaxListeners(0, each.signal); // as many statements as one question needs share its signal
    const { client, turn } = await this.#lend(ends);
    const leftMs = deadline === undefined ? Infinity : Math.max(0, deadline - performance.now()) + MARGIN_MS;
    const text = origin ? commentOf(origin) + statement.text : statement.text;
    const run = new Run(
      client,
      { ...statement, text },
      {
        cancel: () => this.#cancel(this.#processIds.get(client)),
        onCancelAgain: () => void (this.#cancelRetries += 1),
        timeoutMs: Math.ceil(Math.min(this.#limits.statementTimeoutMs, leftMs)),
      },
    );
    const forget = ends.map(({ signal: each, error }) =>
      onAbort(each, () => {
        if (each !== lost || !run.hasAnswered) run.stop(error());
      }),
    );
    const giveBack = async () => {
      const isReusable = await run.done;
      for (const each of forget) each();
      client.release(!isReusable);
      turn.end();
    };
    this.#hold(giveBack());
    return run;
  }

  /** One row of an answer that takes next to no time, beside all statements. */
  async look<R extends QueryResultRow>(text: string): Promise<R | undefined> {
    return (await this.#control.query<R>(text)).rows[0];
  }

  /** Whether a new connection can be had: a server that shuts down may still answer on those that it has. */
  async isOpen(): Promise<boolean> {
    const client = new Client({ ...this.#host.connection, connectionTimeoutMillis: CONTROL_MS });
    client.on("error", () => {});
    try {
      await client.connect();
      return true;
    } catch (cause) {
      return codeOf(cause) === "53300"; // it is full, and there
    } finally {
      void client.end().catch(() => undefined);
    }
  }

  /** Ends every statement, waits until the server let go of them, and closes the connections. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    while (this.#held.size > 0) await Promise.all(this.#held);
    await Promise.all([this.#pool.end(), this.#control.end()]);
  }

  async #lend(ends: readonly End[]): Promise<{ client: PoolClient; turn: Turn }> {
    for (const { signal, error } of ends) if (signal.aborted) throw error();
    const turn = this.#turns.take();
    try {
      const limit = { ms: this.#limits.maxWaitMs, error: () => tooBusy(this.#host.name) };
      if (turn.begun) await before(turn.begun, ends, limit);
    } catch (cause) {
      turn.end();
      throw cause;
    }
    const connecting = this.#pool.connect();
    try {
      return { client: await before(connecting, ends), turn };
    } catch (cause) {
      const giveBack = (client: PoolClient) => client.release();
      this.#hold(connecting.then(giveBack, () => undefined).finally(() => turn.end()));
      throw unreachable(this.#host.name, cause);
    }
  }

  /** A new connection: which process serves it, and an order to notice on its own when we are gone. */
  async #greet(client: ClientBase): Promise<void> {
    client.on("error", () => {}); // whoever runs a statement on it is told; without a listener the process would end
    const hangUp = () => client instanceof Client && client.connection.stream.destroy();
    const impatience = setTimeout(hangUp, this.#limits.connectTimeoutMs);
    try {
      const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      this.#processIds.set(client, Number(rows[0]?.pid));
      // From PostgreSQL 14, and not on every system.
      await client.query("SET client_connection_check_interval = 500").catch(() => undefined);
    } finally {
      clearTimeout(impatience);
    }
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

/** How long the server may take for next to nothing: to be reached, and to answer. */
const CONTROL_MS = 1_000;

function newPool(config: ConstructorParameters<typeof Pool>[0]): Pool {
  const pool = new Pool(config);
  pool.on("error", () => {}); // an idle connection dropped: the pool forgets it; without a listener the process would end
  return pool;
}

/** The promise, unless one of the ends or the time comes before. */
async function before<T>(
  promise: Promise<T>,
  ends: readonly End[],
  limit?: { readonly ms: number; readonly error: () => WarehouseError },
): Promise<T> {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  const forget = ends.map(({ signal, error }) => onAbort(signal, () => reject(error())));
  const timer = limit && setTimeout(() => reject(limit.error()), limit.ms);
  try {
    return await Promise.race([promise, failure]);
  } finally {
    clearTimeout(timer);
    for (const each of forget) each();
  }
}

/**
 * Calls back when the signal aborts, at once where it has.
 *
 * The option `signal` of `addEventListener` would not do: of several listeners of one signal Node keeps the removal of the
 * last alone from being collected as garbage, and the others stay, with the statement and definitions that they hold.
 *
 * @returns takes the listener away
 */
function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

function tooBusy(host: string): WarehouseError {
  const message = `All connections to ${host} were busy for longer than a statement may wait. Try again in a moment.`;
  return new WarehouseError("busy", message);
}
