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
  | (Answering & { readonly kind: "primary"; readonly timeline: number; readonly at: Date })
  | (Answering & {
      readonly kind: "replica";
      /** That it has reached at least; null where our role may not know. */
      readonly timeline: number | null;
      readonly lastCommit: Date | null;
    });

interface Answering {
  readonly identity: Identity;
  readonly position: bigint;
}

/** The same for a primary and all of its replicas. */
export interface Identity {
  readonly database: string;
  /** The number that a cluster got when it was made; null where our role may not know. */
  readonly system: string | null;
}

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
    const control = await this.connections.look<ControlRow>(CONTROL).catch(unlessDenied);
    const identity = { database: row?.database ?? "", system: control?.system ?? null };
    const position = BigInt(row?.position ?? 0);
    if (row?.is_replica) {
      const timeline = Math.max(row.received_timeline ?? 0, control?.timeline ?? 0) || null;
      return { kind: "replica", identity, timeline, position, lastCommit: row.last_commit };
    }
    const timeline = Number.parseInt(row?.timeline ?? "0", 16);
    const flushed = BigInt(row?.flushed ?? 0);
    const isAllFlushed = flushed % BigInt(row?.block_size ?? 1) === 0n && position - flushed <= PAGE_HEADER_BYTES;
    return {
      kind: "primary",
      identity,
      timeline,
      position: isAllFlushed ? flushed : position,
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
  readonly database: string;
  readonly position: string | null;
  readonly flushed: string | null;
  readonly block_size: number;
  readonly last_commit: Date | null;
  readonly timeline: string | null;
  readonly received_timeline: number | null;
}

interface ControlRow {
  readonly system: string;
  readonly timeline: number;
}

/** Of a page of the log that has no record yet: no commit is as short. */
const PAGE_HEADER_BYTES = 40n;

/**
 * The clock is read before the position: whatever was committed by then lies before that position. Also what was not
 * written yet: commits need not wait for the disk. What a replica receives is only shown to members of pg_read_all_stats.
 */
const LOOK = `SELECT pg_is_in_recovery() AS is_replica, clock_timestamp() AS at, current_database()::text AS database,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END - '0/0' AS position,
  CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn() - '0/0' END AS flushed,
  current_setting('wal_block_size')::integer AS block_size,
  (SELECT max(received_tli) FROM pg_stat_wal_receiver) AS received_timeline,
  CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END AS last_commit,
  CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_flush_lsn()), 8) END AS timeline`;

/** A replica notes its timeline here with its restart points and when it writes pages: late, and never too early. */
const CONTROL = `SELECT s.system_identifier::text AS system,
  greatest(c.timeline_id, r.min_recovery_end_timeline) AS timeline
  FROM pg_control_system() s, pg_control_checkpoint() c, pg_control_recovery() r`;

function unlessDenied(cause: unknown): undefined {
  if (codeOf(cause) !== "42501") throw cause;
}
