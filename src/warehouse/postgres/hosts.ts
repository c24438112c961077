import type { Statement } from "../../sql/index.ts";
import { type ExecuteOptions, WarehouseError } from "../warehouse.ts";
import { closed, codeOf, unreachable } from "./errors.ts";
import { Host, type HostState, type Identity, isGone } from "./host.ts";
import type { Run } from "./run.ts";
import type { PostgresSettings } from "./settings.ts";

/** A statement that has begun to answer, or has answered without rows. */
export interface Answer {
  readonly run: Run;
  /** The host that answers. */
  readonly servedBy: string;
  /** null: the primary. */
  readonly dataAsOf: Date | null;
}

/**
 * The servers of one database: a primary and any number of replicas. Statements go to the replicas that are well and
 * keep up, otherwise to the primary.
 */
export class Hosts {
  readonly #settings: PostgresSettings;
  readonly #hosts: readonly Host[];
  /** Up to when a replica is known to hold all that the primary had committed, by the primary's clock. */
  readonly #dataAsOf = new Map<Host, Date>();
  /** The primary when it was last seen; replicas are measured by it also when it is gone. */
  #primary: { readonly position: bigint; readonly at: Date; readonly timeline: number } | null = null;
  /** Of which database all hosts must be; null until the first of them has answered. */
  #identity: Identity | null = null;
  /** The youngest that was seen: a failover begins a new one, and what stayed on an older one holds another history. */
  #timeline = 0;
  readonly #strangers = new Set<Host>();
  /** Hosts that have just failed a statement which another might answer, and until when others go before them. */
  readonly #doubted = new Map<Host, number>();
  #isClosed = false;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
    const { limits, healthCheckMs } = settings;
    const onState = (host: Host) => this.#note(host);
    this.#hosts = settings.hosts.map((host) => new Host(host, { limits, healthCheckMs, onState }));
  }

  /** @throws WarehouseError when none of them answers, or one is of another database. */
  async open(): Promise<void> {
    const states = await Promise.all(this.#hosts.map((host) => host.look()));
    this.#identity = states.flatMap((state) => (state.kind === "down" ? [] : [state.identity]))[0] ?? null;
    const stranger = this.#hosts.find(({ state }) => !this.#isOurs(state));
    if (stranger) throw new WarehouseError("unavailable", strangeness(stranger));
    for (const host of this.#hosts) this.#note(host);
    const replicas = this.#hosts.filter((host) => host.state.kind === "replica");
    await Promise.all(replicas.map((host) => host.look())); // once more, now that the primary is known
    this.#choose();
  }

  /**
   * Resolves with the first row. Nothing is run twice here: a failure says whether that may help, and for a moment other
   * hosts are asked first.
   */
  async run(statement: Statement, options: ExecuteOptions): Promise<Answer> {
    if (this.#isClosed) throw closed();
    const host = this.#choose();
    const attempt = await this.#attempt(host, statement, options);
    if (!("failure" in attempt)) return attempt;
    const { failure } = attempt;
    if (!(failure instanceof WarehouseError) || !(await this.#isHostsFault(host, failure, attempt.wasSent)))
      throw failure;
    this.#doubted.set(host, performance.now() + DOUBT_MS);
    const { kind, message, cause } = failure;
    throw new WarehouseError(kind, message, { cause, isPassing: !this.#isClosed });
  }

  /** Asks nothing of the connections for statements: they may all be busy. @throws WarehouseError when no host can serve */
  async ping(): Promise<void> {
    if (this.#isClosed) throw closed();
    await this.#choose().look();
    this.#choose();
  }

  /** How often a server was told once more to end a statement. */
  get cancelRetries(): number {
    return this.#hosts.reduce((sum, { connections }) => sum + connections.cancelRetries, 0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#hosts.map((host) => host.close()));
  }

  async #attempt(host: Host, statement: Statement, options: ExecuteOptions): Promise<Answer | Failure> {
    const dataAsOf = host.state.kind === "replica" ? (this.#dataAsOf.get(host) ?? new Date(0)) : null;
    let run: Run | null = null;
    try {
      run = await host.run(statement, options);
      await run.columns();
      return { run, servedBy: host.name, dataAsOf };
    } catch (failure) {
      await run?.gone();
      return { failure, wasSent: run !== null };
    }
  }

  /**
   * Whether a failure tells of the host, not of the statement. A connection that broke off without a word may be the
   * statement's doing, which would bring down the next host as well: then only if the host is gone as a whole.
   */
  async #isHostsFault(host: Host, failure: WarehouseError, wasSent: boolean): Promise<boolean> {
    if (failure.kind !== "unavailable") return false;
    const look = host.state.kind === "down" ? host.state : host.look();
    const code = codeOf(failure.cause);
    if (wasSent && code === ENDED) return !(await host.connections.isOpen());
    if (!wasSent || HOSTS_FAULTS.has(code)) return true;
    // A look that was under way may have seen it alive, just before: one that begins now does not.
    return isGone(await look) || isGone(await host.look());
  }

  /** @throws WarehouseError when no host can serve. */
  #choose(): Host {
    const hosts = this.#hosts.filter((host) => this.#isOurs(host.state));
    const now = performance.now();
    const undoubted = hosts.filter((host) => now >= (this.#doubted.get(host) ?? 0));
    const best = this.#bestOf(undoubted) ?? this.#bestOf(hosts);
    if (best) return best;
    const cause = hosts.flatMap(({ state }) => (state.kind === "down" ? [state.cause] : []))[0];
    if (cause !== undefined) throw unreachable(this.#settings.name, cause);
    throw new WarehouseError("unavailable", `No host of ${this.#settings.name} has data that is current enough.`);
  }

  /** null: none of them can serve. */
  #bestOf(hosts: readonly Host[]): Host | null {
    const [first, ...others] = hosts.filter(
      (host) => host.state.kind === "replica" && this.#isOnTimeline(host.state) && this.#keepsUp(host),
    );
    if (first) return others.reduce((best, host) => (demandOf(host) < demandOf(best) ? host : best), first);
    return hosts.find(({ state }) => state.kind === "primary" && this.#isOnTimeline(state)) ?? null;
  }

  #isOurs(state: HostState): boolean {
    if (state.kind === "down" || this.#identity === null) return true;
    const { database, system } = state.identity;
    const isOfSystem = system === null || this.#identity.system === null || system === this.#identity.system;
    return isOfSystem && database === this.#identity.database;
  }

  /** Whether what a host says counts. Takes the youngest timeline from it. */
  #isKnown(host: Host, state: Exclude<HostState, { kind: "down" }>): boolean {
    if (this.#identity === null) return false; // `open` decides, when all have been asked
    if (!this.#isOurs(state)) {
      if (!this.#strangers.has(host)) process.emitWarning(strangeness(host));
      this.#strangers.add(host);
      return false;
    }
    if (this.#identity.system === null) this.#identity = state.identity;
    if ((state.timeline ?? 0) > this.#timeline) {
      this.#timeline = state.timeline ?? 0;
      this.#dataAsOf.clear(); // was measured by what the primary before had committed
    }
    return true;
  }

  /** One whose timeline we may not know is believed only while there has been no other. */
  #isOnTimeline({ timeline }: Exclude<HostState, { kind: "down" }>): boolean {
    return (timeline ?? FIRST_TIMELINE) >= this.#timeline;
  }

  #keepsUp(host: Host): boolean {
    if (this.#primary === null) return true;
    const asOf = this.#dataAsOf.get(host)?.getTime() ?? 0;
    return this.#primary.at.getTime() - asOf <= this.#settings.maxReplicaLagMs;
  }

  #note(host: Host): void {
    const { state } = host;
    if (state.kind !== "down" && !this.#isKnown(host, state)) return;
    switch (state.kind) {
      case "down":
        if (isGone(state) && this.#hosts.some((other) => other.state.kind !== "down")) host.giveUp();
        return;
      case "primary":
        // After a failover the old primary may come back as if nothing had happened: the younger timeline counts.
        if (this.#isOnTimeline(state)) this.#primary = state;
        this.#dataAsOf.delete(host);
        return;
      case "replica": {
        // Commits alone would not tell: while nobody writes, the last of them is old and yet nothing is missing.
        const isLevel =
          this.#primary !== null &&
          this.#primary.timeline === (state.timeline ?? FIRST_TIMELINE) &&
          state.position >= this.#primary.position;
        const known = [this.#dataAsOf.get(host), state.lastCommit, isLevel ? this.#primary?.at : null];
        this.#dataAsOf.set(host, new Date(Math.max(...known.map((date) => date?.getTime() ?? 0))));
      }
    }
  }
}

interface Failure {
  readonly failure: unknown;
  /** false: the server has not seen the statement. */
  readonly wasSent: boolean;
}

function demandOf(host: Host): number {
  return host.connections.demand;
}

/** An operator ended the statement's process, or the whole server. */
const ENDED = "57P01";

/** A process beside ours crashed, the server starts, or it replays what collides with our reading. */
const HOSTS_FAULTS: ReadonlySet<string> = new Set(["57P02", "57P03", "40001"]);

/** Of a cluster that has had no failover. */
const FIRST_TIMELINE = 1;

function strangeness({ name }: Host): string {
  return `${name} is not of the same database as the other hosts: name a primary and its replicas only.`;
}

/** As long as it takes to look after a host, which then tells how it is. */
const DOUBT_MS = 1_000;
