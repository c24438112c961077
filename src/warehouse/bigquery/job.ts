import { setTimeout as delay } from "node:timers/promises";
import { isObject } from "../../std/index.ts";
import type { ExecuteOptions } from "../warehouse.ts";
import type { Api } from "./api.ts";
import { isPassing, jobFailure, Refusal } from "./errors.ts";
import { costsOf, type JobCosts, type Page, pageOf } from "./job-answers.ts";
import { asObject, countAt, type JsonObject, malformed, objectAt, textAt } from "./json.ts";

/** One query job, from its creation under an id of ours to its end. */
export class Job {
  readonly #api: Api;
  readonly #reference: { readonly projectId: string; readonly jobId: string };
  #location: string | null;
  readonly #created: Promise<void>;
  #existence: "unknown" | "yes" | "no" | "unclear" = "unknown";
  /** Set once nobody wants the job any more. */
  #isUnwanted = false;
  readonly #giveUp = new AbortController();

  /** @param location null: BigQuery chooses, and tells. */
  constructor(api: Api, projectId: string, jobId: string, location: string | null, configuration: JsonObject) {
    this.#api = api;
    this.#reference = { projectId, jobId };
    this.#location = location;
    this.#created = this.#create(configuration);
    this.#created.catch(() => {}); // told to whoever waits for it
  }

  /**
   * Resolves when the job has ended well, with its first rows.
   *
   * @param giveUpAt By `performance.now()`: BigQuery's own timeout is a best effort.
   * @param onProgress Told of the bytes read so far each time that the job is not complete.
   * @throws Refusal, NoAnswer, WarehouseError, the signal's reason.
   */
  async firstPage(giveUpAt: number, signal: AbortSignal, onProgress?: ExecuteOptions["onProgress"]): Promise<Page> {
    await unlessAborted(this.#created, signal);
    for (;;) {
      const askedAt = performance.now();
      const answer = await this.#results({ timeoutMs: String(POLL_MS) }, signal);
      if (answer["jobComplete"] === true) return pageOf(answer);
      if (answer["jobComplete"] !== false) throw malformed("it does not say whether the job is complete");
      onProgress?.(countAt(answer, "totalBytesProcessed"));
      if (performance.now() > giveUpAt) throw new Refusal(null, "timeout", "The job outlived its timeout.");
      // BigQuery holds its answer back; a server that does not is not asked without pause.
      await delay(Math.max(0, SHORTEST_POLL_MS - (performance.now() - askedAt)), undefined, { signal });
    }
  }

  async page(pageToken: string, signal: AbortSignal): Promise<Page> {
    const answer = await this.#results({ pageToken }, signal);
    if (answer["jobComplete"] !== true) throw malformed("a page of a complete job is none");
    return pageOf(answer);
  }

  async costs(signal: AbortSignal): Promise<JobCosts> {
    return costsOf(await this.#get(signal));
  }

  /** Ends the job where it has not ended, and waits for that, but not for ever. null: nothing is known of its end. */
  async stop(): Promise<JobCosts | null> {
    this.#isUnwanted = true;
    const limit = AbortSignal.timeout(STOP_MS);
    let isAsked = false;
    try {
      for (let pauseMs = STOP_PAUSE_MS; this.#existence !== "no"; pauseMs = Math.min(MOST_PAUSE_MS, 2 * pauseMs)) {
        try {
          const job = isAsked ? await this.#get(limit) : await this.#cancel(limit);
          isAsked = true;
          if (isDone(job)) return costsOf(job);
        } catch (cause) {
          // While the request to create it is on its way, the job may not be there yet.
          if (this.#existence === "unclear" && cause instanceof Refusal && cause.status === 404) return NOTHING;
        }
        await delay(pauseMs, undefined, { signal: limit });
      }
      return NOTHING;
    } catch {
      return null; // the limit
    } finally {
      this.#giveUp.abort();
    }
  }

  async #create(configuration: JsonObject): Promise<void> {
    const jobReference = { ...this.#reference, ...this.#where() };
    const path = ["projects", this.#reference.projectId, "jobs"];
    try {
      const job = await this.#api
        .call(
          { method: "POST", path, body: { configuration, jobReference } },
          { signal: this.#giveUp.signal, isWanted: () => !this.#isUnwanted },
        )
        .catch((cause: unknown) => {
          if (!(cause instanceof Refusal && cause.status === 409)) throw cause;
          // The answer to an earlier attempt was lost: the id is ours alone, so the job is too.
          this.#existence = "yes";
          return this.#get(this.#giveUp.signal);
        });
      this.#existence = "yes";
      const reference = objectAt(job, "jobReference");
      if (reference["jobId"] !== jobReference.jobId) throw malformed("it is about another job");
      this.#location = textAt(reference, "location") ?? this.#location;
      const { errorResult } = objectAt(job, "status");
      if (isObject(errorResult)) throw jobFailure(errorResult);
    } catch (cause) {
      if (this.#existence === "unknown") this.#existence = wasRefused(cause) ? "no" : "unclear";
      throw cause;
    }
  }

  #results(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<JsonObject> {
    const { projectId, jobId } = this.#reference;
    const format = { maxResults: String(PAGE_ROWS), "formatOptions.useInt64Timestamp": "true" };
    const path = ["projects", projectId, "queries", jobId];
    return this.#api.call({ method: "GET", path, query: { ...this.#where(), ...format, ...query } }, { signal });
  }

  #get(signal: AbortSignal): Promise<JsonObject> {
    const { projectId, jobId } = this.#reference;
    const path = ["projects", projectId, "jobs", jobId];
    return this.#api.call({ method: "GET", path, query: this.#where() }, { signal });
  }

  async #cancel(signal: AbortSignal): Promise<JsonObject> {
    const { projectId, jobId } = this.#reference;
    const path = ["projects", projectId, "jobs", jobId, "cancel"];
    return asObject((await this.#api.call({ method: "POST", path, query: this.#where() }, { signal }))["job"], "job");
  }

  #where(): Readonly<Record<string, string>> {
    return this.#location === null ? {} : { location: this.#location };
  }
}

/** As long as BigQuery holds its answer back by default. */
const POLL_MS = 10_000;
const SHORTEST_POLL_MS = 100;
const PAGE_ROWS = 5_000;
const STOP_MS = 5_000;
const STOP_PAUSE_MS = 50;
const MOST_PAUSE_MS = 1_000;
const NOTHING: JobCosts = { bytesProcessed: 0, bytesBilled: 0, isFromCache: null };

function isDone(job: JsonObject): boolean {
  return objectAt(job, "status")["state"] === "DONE";
}

/** Whether no job was made, for certain. */
function wasRefused(cause: unknown): boolean {
  return cause instanceof Refusal && cause.status !== null && !isPassing(cause);
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
