import { setTimeout as delay } from "node:timers/promises";

/** What a statement does and answers; whatever is left out is as good as it can be. */
export interface Script {
  /** `[name, type]` or `[name, type, mode]`. */
  readonly fields?: readonly (readonly [string, string] | readonly [string, string, string])[];
  /** Cells as the wire holds them. */
  readonly rows?: readonly (readonly unknown[])[];
  readonly pageRows?: number;
  /** How long the job runs, unless it is stopped. */
  readonly runMs?: number;
  /** How long the server holds an answer back at most. */
  readonly holdMs?: number;
  readonly fails?: Failure;
  readonly bytesProcessed?: number;
  /** Told while the job is not complete. */
  readonly bytesSoFar?: number;
  readonly bytesBilled?: number;
  readonly cacheHit?: boolean;
  /** A job told to stop does so only after a while, or has come to its end before. */
  readonly onCancel?: "stops" | "completes" | "lingers";
}

export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** Of the answer to a question for its results. */
  readonly status: number;
}

/** A job from PENDING over RUNNING to DONE. */
export class DoubleJob {
  readonly id: string;
  readonly location: string;
  readonly script: Script;
  state: "PENDING" | "RUNNING" | "DONE" = "PENDING";
  failure: Failure | null = null;
  readonly done: Promise<void>;
  readonly #end = Promise.withResolvers<void>();
  readonly #stopClock = new AbortController();

  constructor(id: string, location: string, script: Script, maximumBytesBilled: number, timeoutMs: number | null) {
    this.id = id;
    this.location = location;
    this.script = script;
    this.done = this.#end.promise;
    const { runMs = 0, bytesBilled = 0 } = script;
    const failure = bytesBilled > maximumBytesBilled ? tooExpensive(maximumBytesBilled) : (script.fails ?? null);
    void this.#after(1, () => {
      if (this.state === "PENDING") this.state = "RUNNING";
    });
    void this.#after(runMs + 2, () => this.#finish(failure));
    if (timeoutMs !== null) void this.#after(timeoutMs, () => this.#finish(stopped("Job timed out after a while")));
  }

  cancel(): void {
    const failure = stopped("User requested cancellation");
    if (this.script.onCancel === "completes") this.#finish(null);
    else if (this.script.onCancel === "lingers") void this.#after(100, () => this.#finish(failure));
    else void this.#after(5, () => this.#finish(failure));
  }

  #finish(failure: Failure | null): void {
    if (this.state === "DONE") return;
    this.state = "DONE";
    this.failure = failure;
    this.#stopClock.abort();
    this.#end.resolve();
  }

  async #after(ms: number, act: () => void): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopClock.signal }).then(act, () => {});
  }

  resource(projectId: string) {
    const { bytesProcessed = 0, bytesBilled = 0, cacheHit = false } = this.script;
    const isCharged = this.state === "DONE" && (this.failure === null || this.failure.reason === "stopped");
    const query = isCharged
      ? { totalBytesProcessed: `${bytesProcessed}`, totalBytesBilled: `${bytesBilled}`, cacheHit }
      : {};
    return {
      kind: "bigquery#job",
      jobReference: { projectId, jobId: this.id, location: this.location },
      status: {
        state: this.state,
        ...(this.failure ? { errorResult: wordsOf(this.failure), errors: [wordsOf(this.failure)] } : {}),
      },
      statistics: { creationTime: "1767225600000", totalBytesProcessed: `${bytesProcessed}`, query },
    };
  }

  /** @param pageToken The number of the first row. */
  page(projectId: string, pageToken: string | null, maxResults: number) {
    const { rows = [], pageRows = maxResults } = this.script;
    const from = Number(pageToken ?? 0);
    const to = from + Math.min(pageRows, maxResults);
    const page = rows.slice(from, to);
    return {
      kind: "bigquery#getQueryResultsResponse",
      jobReference: { projectId, jobId: this.id, location: this.location },
      jobComplete: true,
      schema: schemaOf(this.script),
      totalRows: `${rows.length}`,
      ...(page.length > 0 ? { rows: page.map((row) => ({ f: row.map((v) => ({ v })) })) } : {}),
      ...(to < rows.length ? { pageToken: `${to}` } : {}),
    };
  }
}

export function schemaOf({ fields = [["one", "INTEGER"]] }: Script) {
  return { fields: fields.map(([name, type, mode = "NULLABLE"]) => ({ name, type, mode })) };
}

function wordsOf({ reason, message }: Failure) {
  return { reason, message };
}

function stopped(message: string): Failure {
  return { reason: "stopped", message: `Job execution was cancelled: ${message}`, status: 400 };
}

function tooExpensive(limit: number): Failure {
  const message = `Query exceeded limit for bytes billed: ${limit}.`;
  return { reason: "bytesBilledLimitExceeded", message, status: 400 };
}
