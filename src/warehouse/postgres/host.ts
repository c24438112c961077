import { DatabaseError } from "pg";
import type { Statement } from "../../sql/index.ts";
import type { ExecuteOptions } from "../warehouse.ts";
import { Connections } from "./connections.ts";
import { codeOf } from "./errors.ts";
import type { Run } from "./run.ts";
import type { PostgresHost, PostgresLimits } from "./settings.ts";

/** What a host said of itself when it was looked after. Positions count bytes of the write-ahead log. */
export type HostState =
  | { readonly kind: "down"; readonly cause: unknown }
  | { readonly kind: "primary"; readonly timeline: number; readonly position: bigint; readonly at: Date }
  | { readonly kind: "replica"; readonly position: bigint; readonly lastCommit: Date | null };

/** Whether nothing answers there at all. A server that recovers from a crash breaks connections off, but is there. */
export function isGone(state: HostState): boolean {
  if (state.kind !== "down" || !(state.cause instanceof Error) || state.cause instanceof DatabaseError) return false;
  const code = "code" in state.cause ? String(state.cause.code) : "";
  return /^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|HOSTDOWN|TIMEDOUT)$/.test(code) || /timeout/.test(state.cause.message);
}

interface HostOptions {
  readonly limits: PostgresLimits;
  readonly healthCheckMs: number;
  readonly onState: (host: Host) => void;
}

/**
 * One server and how it is. It is looked after at intervals, and at once when a statement could not reach it; while it
 * is down, no statement goes there but one look at a time, until one succeeds.
 */
export class Host {
  readonly name: string;
  readonly connections: Connections;
  readonly #options: HostOptions;
  #state: HostState = { kind: "down", cause: undefined };
  #look: Promise<HostState> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lost = new AbortController();
  #isClosed = false;

  constructor(settings: PostgresHost, options: HostOptions) {
    this.name = settings.name;
    this.#options = options;
    this.connections = new Connections(settings, options.limits);
  }

  get state(): HostState {
    return this.#state;
  }

  run(statement: Statement, options: ExecuteOptions): Promise<Run> {
    return this.connections.run(statement, options, this.#lost.signal);
  }

  /** Ends what waits for this host and what it has not answered, so that it can run elsewhere. */
  giveUp(): void {
    this.#lost.abort(this.#state.kind === "down" ? this.#state.cause : undefined);
    this.#lost = new AbortController();
  }

  /** Looks after it now, or joins the look that is under way. */
  look(): Promise<HostState> {
    clearTimeout(this.#timer);
    this.#look ??= this.#lookTwice().then((state) => {
      this.#look = null;
      this.#state = state;
      this.#options.onState(this);
      this.#later();
      return state;
    });
    return this.#look;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.connections.close();
    await this.#look;
  }

  /** Twice, because the connection for it may be one that broke while nobody used it. */
  async #lookTwice(): Promise<HostState> {
    return (
      (await this.#lookOnce().catch(() => null)) ?? this.#lookOnce().catch((cause: unknown) => this.#failed(cause))
    );
  }

  async #lookOnce(): Promise<HostState> {
    const row = await this.connections.look<LookRow>(LOOK);
    const position = BigInt(row?.position ?? 0);
    if (row?.is_replica) return { kind: "replica", position, lastCommit: row.last_commit };
    return {
      kind: "primary",
      timeline: Number.parseInt(row?.timeline ?? "0", 16),
      position,
      at: row?.at ?? new Date(0),
    };
  }

  /** A server without a free connection is busy, not gone. */
  #failed(cause: unknown): HostState {
    return codeOf(cause) === "53300" && this.#state.kind !== "down" ? this.#state : { kind: "down", cause };
  }

  #later(): void {
    if (this.#isClosed) return;
    const { healthCheckMs } = this.#options;
    const waitMs = this.#state.kind === "down" ? Math.min(DOWN_MS, healthCheckMs) : healthCheckMs;
    // Not all at once, where many of us lost the same server.
    this.#timer = setTimeout(() => void this.look(), waitMs * (0.75 + Math.random() / 2));
    this.#timer.unref();
  }
}

/** How often a server that is down is tried. */
const DOWN_MS = 300;

interface LookRow {
  readonly is_replica: boolean;
  readonly at: Date;
  readonly position: string | null;
  readonly last_commit: Date | null;
  readonly timeline: string | null;
}

/** The clock is read before the position: whatever was committed by then lies before that position. */
const LOOK = `SELECT pg_is_in_recovery() AS is_replica, clock_timestamp() AS at,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0' AS position,
  CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END AS last_commit,
  CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_flush_lsn()), 8) END AS timeline`;
