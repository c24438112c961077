import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Statement } from "../../sql/index.ts";
import { isObject } from "../../std/index.ts";
import {
  type Estimate,
  type ExecuteOptions,
  type Result,
  type Row,
  type StatementOrigin,
  WarehouseError,
} from "../warehouse.ts";
import type { Api, Call } from "./api.ts";
import { Budgets, type Reservation } from "./budget.ts";
import { columnReaders } from "./cells.ts";
import { configurationOf, labelsOf } from "./configuration.ts";
import { aborted, closed, isPassingJobFailure, jobFailure, warehouseError } from "./errors.ts";
import { Job } from "./job.ts";
import { costsOf, type JobCosts, type Page } from "./job-answers.ts";
import { type JsonObject, malformed, objectAt } from "./json.ts";
import type { BigQuerySettings } from "./settings.ts";

/** The statements that run in one project. None outlives whoever asked for it, nor the closing of the warehouse. */
export class Statements {
  readonly #api: Api;
  readonly #settings: BigQuerySettings;
  readonly #budgets: Budgets | null;
  readonly #closing = new AbortController();
  /** Jobs that run, or are being ended. */
  readonly #held = new Set<Promise<void>>();

  constructor(api: Api, settings: BigQuerySettings) {
    this.#api = api;
    this.#settings = settings;
    const limit = settings.options.maxBytesBilledPerPrincipal;
    this.#budgets = limit === undefined ? null : new Budgets(limit);
  }

  async execute(statement: Statement, options: ExecuteOptions): Promise<Result> {
    return this.#explained(options.signal, async (signal) => {
      const { job, first, costs } = await this.#answer(statement, options, signal);
      return {
        columns: first.columns.map(({ name, type }) => ({ name, type })),
        batches: this.#batches(job, first, signal, options.signal),
        run: {
          servedBy: this.#settings.projectId,
          dataAsOf: null,
          bytesProcessed: costs.bytesProcessed,
          bytesBilled: costs.bytesBilled,
          isFromEngineCache: costs.isFromCache,
        },
      };
    });
  }

  dryRun(
    statement: Statement,
    wanted: AbortSignal | undefined,
    origin: StatementOrigin | undefined,
  ): Promise<Estimate> {
    const { projectId, location } = this.#settings;
    const labels = labelsOf(statement, origin, this.#settings);
    const configuration = { ...configurationOf(statement, this.#settings), labels, dryRun: true };
    const body = { configuration, jobReference: { projectId, ...(location === null ? {} : { location }) } };
    return this.#explained(wanted, async (signal) => {
      const job = await this.#api.call({ method: "POST", path: ["projects", projectId, "jobs"], body }, { signal });
      const { errorResult } = objectAt(job, "status");
      if (isObject(errorResult)) throw jobFailure(errorResult);
      const { query } = objectAt(job, "statistics");
      const { bytesProcessed } = costsOf(job);
      if (isObject(query) && isObject(query["schema"])) {
        const columns = columnReaders(query["schema"]).map(({ name, type }) => ({ name, type }));
        return { columns, bytesProcessed, rows: null };
      }
      // Not every server of this interface tells columns without running.
      const text = `SELECT * FROM (\n${statement.text}\n) LIMIT 0`;
      const { columns } = await this.execute({ ...statement, text }, { signal, ...(origin && { origin }) });
      return { columns, bytesProcessed, rows: null };
    });
  }

  /** @throws WarehouseError, whose cause is a Refusal where BigQuery refused. */
  call(call: Call, wanted?: AbortSignal): Promise<JsonObject> {
    return this.#explained(wanted, (signal) => this.#api.call(call, { signal }));
  }

  /** Ends every job and waits for that. */
  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#held.size > 0) await Promise.all(this.#held);
    this.#api.close();
  }

  /** A job that BigQuery could not finish by its own fault is followed by one other. */
  async #answer(statement: Statement, options: ExecuteOptions, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#attempt(statement, options, signal);
    } catch (cause) {
      if (signal.aborted || !isPassingJobFailure(cause)) throw cause;
      return this.#attempt(statement, options, signal);
    }
  }

  async #attempt(statement: Statement, options: ExecuteOptions, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const { projectId, location } = this.#settings;
    const reservation = await this.#reserve(options, signal);
    const timeoutMs = Math.min(this.#settings.statementTimeoutMs, (options.deadline ?? Infinity) - performance.now());
    const configuration = this.#configuration(statement, options, reservation.bytes, timeoutMs);
    const job = new Job(this.#api, projectId, `assay_${randomUUID()}`, location, configuration);
    const gone = Promise.withResolvers<void>();
    this.#hold(gone.promise);
    const settle = (costs: JobCosts | null): void => {
      // Where nothing is known, as much as was allowed; where only the price is not told, what was read.
      reservation.settle(costs ? (costs.bytesBilled ?? costs.bytesProcessed ?? 0) : reservation.bytes);
      gone.resolve();
    };
    try {
      const giveUpAt = performance.now() + timeoutMs + GRACE_MS;
      const first = await job.firstPage(giveUpAt, signal, options.onProgress);
      const costs = await job.costs(signal);
      settle(costs);
      return { job, first, costs };
    } catch (cause) {
      void job.stop().then(settle);
      await Promise.race([gone.promise, delay(PATIENCE_MS, undefined, { ref: false })]);
      throw cause;
    }
  }

  #configuration(statement: Statement, { origin }: ExecuteOptions, bytes: number, timeoutMs: number): JsonObject {
    return {
      ...configurationOf(statement, this.#settings, bytes),
      labels: labelsOf(statement, origin, this.#settings),
      jobTimeoutMs: String(Math.max(1, Math.ceil(timeoutMs))),
    };
  }

  async #reserve({ limits, origin }: ExecuteOptions, signal: AbortSignal): Promise<Reservation> {
    const bytes = Math.min(limits?.maxBytesBilled ?? Infinity, this.#settings.options.maxBytesBilled ?? Infinity);
    if (!this.#budgets || !origin) return { bytes, settle: () => {} };
    return this.#budgets.reserve(origin.principal, bytes, signal);
  }

  async *#batches(
    job: Job,
    first: Page,
    signal: AbortSignal,
    wanted: AbortSignal | undefined,
  ): AsyncGenerator<readonly Row[]> {
    const { columns, totalRows } = first;
    let rows = 0;
    for (let page: Page | null = first; page !== null; ) {
      if (page.rows.length > 0) yield page.rows.map((row) => columns.map((column, index) => column.read(row[index])));
      rows += page.rows.length;
      if (totalRows !== null && rows > totalRows) break; // pages that lead in a circle would never end
      const token: string | null = page.nextToken;
      page = token === null ? null : await this.#explained(wanted, () => job.page(token, signal));
      if (page && (page.nextToken === token || page.columns.length !== columns.length))
        throw malformed("a page is none");
    }
    if (totalRows !== null && rows !== totalRows) throw malformed(`${rows} rows of ${totalRows} came`);
  }

  /** Whatever fails, in our words: those of a caller who left and of a closed warehouse before those of BigQuery. */
  async #explained<T>(wanted: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const closing = this.#closing.signal;
    const signal = AbortSignal.any(wanted ? [wanted, closing] : [closing]);
    try {
      signal.throwIfAborted();
      return await work(signal);
    } catch (cause) {
      if (cause instanceof WarehouseError) throw cause;
      if (closing.aborted) throw closed();
      if (wanted?.aborted) throw aborted(wanted.reason);
      throw warehouseError(cause);
    }
  }

  #hold(work: Promise<void>): void {
    this.#held.add(work);
    void work.finally(() => this.#held.delete(work));
  }
}

interface Answer {
  readonly job: Job;
  readonly first: Page;
  readonly costs: JobCosts;
}

/** How much longer than BigQuery's own timeout we wait for it to act. */
const GRACE_MS = 5_000;
/** How long whoever asked waits for a job to be gone. */
const PATIENCE_MS = 200;
