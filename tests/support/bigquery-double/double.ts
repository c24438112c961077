import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { checkJob, checkParameters, objectOf } from "./checks.ts";
import { DoubleJob, type Failure, type Script, schemaOf } from "./jobs.ts";

export type Endpoint = "insert" | "get" | "results" | "cancel" | "dataset" | "table" | "permissions";

/**
 * What goes wrong with one request: a refusal; `reset` before anything is done, `lose` after all is done but before it is
 * told, `cut` in the middle of the answer; `stall`: nothing more comes from there; `hang`: no answer ever; `afterMs`: all
 * is done late; `text`: an answer of these characters; `change`: an answer that was tampered with.
 */
export type Fault =
  | { readonly status: number; readonly reason: string; readonly message?: string }
  | "reset"
  | "lose"
  | "cut"
  | "stall"
  | "hang"
  | { readonly afterMs: number }
  | { readonly text: string }
  | { readonly change: (answer: Record<string, unknown>) => unknown };

export interface Asked {
  readonly endpoint: Endpoint;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

/** A server that speaks as much of BigQuery's REST interface as a driver needs, and is strict about what it is sent. */
export class BigQueryDouble {
  /** What a statement does and answers. */
  script: (text: string) => Script = () => ({});
  /** Table resources by `project.dataset.table`. */
  readonly tables = new Map<string, unknown>();
  permissions: readonly string[] = [];
  /** Where the datasets are. */
  location = "EU";
  asked: Asked[] = [];
  readonly jobs = new Map<string, DoubleJob>();
  readonly #projectId: string;
  readonly #faults = new Map<Endpoint, Fault[]>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #inFlight = 0;

  constructor(projectId: string) {
    this.#projectId = projectId;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The double does not listen.");
    return `http://127.0.0.1:${address.port}`;
  }

  /** The next requests to an endpoint fail like this, one after the other. */
  fault(endpoint: Endpoint, ...faults: readonly Fault[]): void {
    this.#faults.set(endpoint, [...(this.#faults.get(endpoint) ?? []), ...faults]);
  }

  noFault(): void {
    this.#faults.clear();
  }

  bodies(endpoint: Endpoint): unknown[] {
    return this.asked.filter((each) => each.endpoint === endpoint).map(({ body }) => body);
  }

  count(endpoint: Endpoint): number {
    return this.bodies(endpoint).length;
  }

  /** Connections that stand, busy or not. */
  async connections(): Promise<number> {
    return promisify(this.#server.getConnections.bind(this.#server))();
  }

  get runningJobs(): number {
    return [...this.jobs.values()].filter(({ state }) => state !== "DONE").length;
  }

  /** Requests that were not answered, and whose connection stands. */
  get inFlight(): number {
    return this.#inFlight;
  }

  async close(): Promise<void> {
    for (const job of this.jobs.values()) job.cancel();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    response.on("close", () => {
      this.#inFlight -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "", this.url);
    const route = routeOf(request.method ?? "", url.pathname);
    if (!route) return send(response, 404, refusal(404, "notFound", `No such endpoint: ${url.pathname}`));
    const body: unknown = text === "" ? null : JSON.parse(text);
    const { authorization } = request.headers;
    this.asked.push({ endpoint: route.endpoint, query: url.searchParams, body, authorization });
    const fault = this.#faults.get(route.endpoint)?.shift();
    if (fault === "hang") return;
    if (fault === "reset") return void request.socket.resetAndDestroy();
    if (typeof fault === "object" && "afterMs" in fault) await delay(fault.afterMs);
    if (typeof fault === "object" && "status" in fault) {
      return send(response, fault.status, refusal(fault.status, fault.reason, fault.message));
    }
    const [status, answer] = await this.#answer(route, url.searchParams, body);
    if (fault === "lose") return void request.socket.resetAndDestroy();
    if (fault === "cut") return half(response, answer, () => response.destroy());
    if (fault === "stall") return half(response, answer, () => {});
    if (fault === undefined || "afterMs" in fault) return send(response, status, answer);
    send(response, status, "text" in fault ? fault.text : fault.change(objectOf(answer, "the answer")));
  }

  async #answer({ endpoint, names }: Route, query: URLSearchParams, body: unknown): Promise<[number, unknown]> {
    try {
      checkParameters(query, PARAMETERS[endpoint]);
      if (endpoint === "insert") return this.#insert(body);
      if (endpoint === "dataset") return this.#dataset(names);
      if (endpoint === "table" || endpoint === "permissions") return this.#table(endpoint, names);
      const job = this.#jobOf(names, query.get("location"));
      if (!job) return [404, refusal(404, "notFound", `Not found: Job ${names.join(":")}`)];
      if (endpoint === "results") return await this.#results(job, query);
      if (endpoint === "cancel") job.cancel();
      const resource = job.resource(this.#projectId);
      return [200, endpoint === "cancel" ? { kind: "bigquery#jobCancelResponse", job: resource } : resource];
    } catch (cause) {
      return [400, refusal(400, "invalid", String(cause))];
    }
  }

  #insert(body: unknown): [number, unknown] {
    const { text, maximumBytesBilled, jobId, isDryRun, location, timeoutMs } = checkJob(body, this.#projectId);
    if (location !== null && location !== this.location) {
      return [404, refusal(404, "notFound", `Not found: Dataset was not found in location ${location}`)];
    }
    const script = this.script(text);
    if (jobId === null || isDryRun) return this.#dryRun(script);
    if (this.jobs.has(jobId)) return [409, refusal(409, "duplicate", `Already Exists: Job ${jobId}`)];
    const job = new DoubleJob(jobId, this.location, script, maximumBytesBilled, timeoutMs);
    this.jobs.set(jobId, job);
    return [200, job.resource(this.#projectId)];
  }

  #dryRun(script: Script): [number, unknown] {
    if (script.fails) return failed(script.fails);
    const bytes = `${script.bytesProcessed ?? 0}`;
    const query = { totalBytesProcessed: bytes, schema: schemaOf(script), totalBytesProcessedAccuracy: "PRECISE" };
    return [
      200,
      {
        jobReference: { projectId: this.#projectId, location: this.location },
        status: { state: "DONE" },
        statistics: { totalBytesProcessed: bytes, query },
      },
    ];
  }

  async #results(job: DoubleJob, query: URLSearchParams): Promise<[number, unknown]> {
    const { holdMs = Infinity } = job.script;
    const limit = Math.min(Number(query.get("timeoutMs") ?? 10_000), holdMs);
    const clock = new AbortController();
    await Promise.race([job.done, delay(limit, undefined, { signal: clock.signal }).catch(() => {})]);
    clock.abort();
    const { failure, state } = job;
    if (failure) return failed(failure);
    const { jobReference } = job.resource(this.#projectId);
    const { bytesSoFar } = job.script;
    const progress = bytesSoFar === undefined ? {} : { totalBytesProcessed: `${bytesSoFar}` };
    if (state !== "DONE") return [200, { jobReference, jobComplete: false, ...progress }];
    return [200, job.page(this.#projectId, query.get("pageToken"), Number(query.get("maxResults") ?? 100_000))];
  }

  #dataset(names: readonly string[]): [number, unknown] {
    if (names.join(".") === `${this.#projectId}.shop`) return [200, { location: this.location }];
    return [404, refusal(404, "notFound", `Not found: Dataset ${names.join(":")}`)];
  }

  #table(endpoint: Endpoint, names: readonly string[]): [number, unknown] {
    const table = this.tables.get(names.join("."));
    if (table === undefined) return [404, refusal(404, "notFound", `Not found: Table ${names.join(".")}`)];
    return [200, endpoint === "table" ? table : { permissions: this.permissions }];
  }

  /** Outside of US and EU a job is found only by who knows its location. */
  #jobOf([project, id = ""]: readonly string[], location: string | null): DoubleJob | null {
    const job = this.jobs.get(id);
    if (!job || project !== this.#projectId) return null;
    const isKnown = location === null ? ["US", "EU"].includes(job.location) : location === job.location;
    return isKnown ? job : null;
  }
}

export async function startBigQuery(projectId: string): Promise<BigQueryDouble> {
  const double = new BigQueryDouble(projectId);
  await double.listen();
  return double;
}

interface Route {
  readonly endpoint: Endpoint;
  readonly names: readonly string[];
}

function routeOf(method: string, path: string): Route | null {
  for (const [endpoint, verb, pattern] of ROUTES) {
    const [found, ...names] = pattern.exec(path) ?? [];
    if (found !== undefined && method === verb) return { endpoint, names: names.map(decodeURIComponent) };
  }
  return null;
}

const TABLE = "/bigquery/v2/projects/([^/]+)/datasets/([^/]+)/tables/([^/:]+)";
const ROUTES: readonly (readonly [Endpoint, string, RegExp])[] = [
  ["insert", "POST", /^\/bigquery\/v2\/projects\/([^/]+)\/jobs$/],
  ["get", "GET", /^\/bigquery\/v2\/projects\/([^/]+)\/jobs\/([^/]+)$/],
  ["cancel", "POST", /^\/bigquery\/v2\/projects\/([^/]+)\/jobs\/([^/]+)\/cancel$/],
  ["results", "GET", /^\/bigquery\/v2\/projects\/([^/]+)\/queries\/([^/]+)$/],
  ["dataset", "GET", /^\/bigquery\/v2\/projects\/([^/]+)\/datasets\/([^/]+)$/],
  ["table", "GET", new RegExp(`^${TABLE}$`)],
  ["permissions", "POST", new RegExp(`^${TABLE}:testIamPermissions$`)],
];

const PARAMETERS: Readonly<Record<Endpoint, readonly string[]>> = {
  insert: [],
  get: ["location"],
  cancel: ["location"],
  results: ["location", "formatOptions.useInt64Timestamp", "maxResults", "timeoutMs", "pageToken"],
  dataset: [],
  table: [],
  permissions: [],
};

function failed({ status, reason, message }: Failure): [number, unknown] {
  return [status, refusal(status, reason, message)];
}

function refusal(code: number, reason: string, message: string = `refused: ${reason}`) {
  return { error: { code, message, errors: [{ reason, message, domain: "global" }], status: reason } };
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(text);
}

function half(response: ServerResponse, answer: unknown, then: () => void): void {
  const text = JSON.stringify(answer);
  response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
  response.write(text.slice(0, text.length / 2), then);
}
