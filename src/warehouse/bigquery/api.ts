import type { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import { isObject } from "../../std/index.ts";
import { isPassing, isRateLimit, NoAnswer, Refusal, refusalOf } from "./errors.ts";
import { asObject, type JsonObject, malformed } from "./json.ts";

/** One request to BigQuery's REST endpoints. All of ours can be repeated without harm. */
export interface Call {
  readonly method: "GET" | "POST";
  /** Names from `projects` on; each is encoded. */
  readonly path: readonly string[];
  /** Follows the path after a colon. */
  readonly verb?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether the request may be repeated still. */
  readonly isWanted?: () => boolean;
}

/**
 * Requests with the credentials and the transport of Google's client, but not through its `request`: that one cannot be
 * aborted nor times out, rewrites `{{projectId}}` wherever it stands in a statement, and its callbacks end the process
 * when an answer lacks what they expect.
 */
export class Api {
  readonly #client: BigQuery;
  /** Keeps connections for the next request; undefined behind a proxy, where the transport makes its own. */
  readonly #agent: Agent | undefined;
  /** How many more requests may be repeated: a tenth of all, so that no storm of ours adds to BigQuery's troubles. */
  #retries = MOST_RETRIES;

  constructor(client: BigQuery) {
    this.#client = client;
    this.#agent = hasProxy() ? undefined : newAgent(client.baseUrl);
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** @throws Refusal, NoAnswer, WarehouseError for an answer that is no JSON object; the signal's reason. */
  async call(call: Call, { signal, isWanted = () => true }: CallOptions = {}): Promise<JsonObject> {
    this.#retries = Math.min(MOST_RETRIES, this.#retries + RETRIES_A_REQUEST);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await this.#send(call, signal);
      } catch (cause) {
        signal?.throwIfAborted();
        if (attempt === ATTEMPTS || !isPassing(cause) || !isWanted() || this.#retries < 1) throw cause;
        this.#retries -= 1;
        const pauseMs = (isRateLimit(cause) ? LIMITED_MS : PAUSE_MS) * 2 ** (attempt - 1);
        await delay(pauseMs * (0.5 + Math.random()), undefined, signal ? { signal } : {});
      }
    }
  }

  async #send({ method, path, verb, query = {}, body }: Call, signal: AbortSignal | undefined): Promise<JsonObject> {
    const url = `${this.#client.baseUrl}/${path.map(encodeURIComponent).join("/")}${verb ? `:${verb}` : ""}`;
    const limit = AbortSignal.timeout(REQUEST_MS);
    const response = await this.#client.authClient
      .request<string>({
        url: `${url}?${new URLSearchParams({ ...query, prettyPrint: "false" })}`,
        method,
        ...(body ? { data: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        responseType: "text",
        validateStatus: () => true,
        retry: false,
        ...(this.#agent ? { agent: this.#agent } : {}),
      })
      .catch((thrown: unknown) => {
        throw withoutRequest(thrown);
      });
    const answer = jsonOf(response.data);
    if (response.status < 200 || response.status > 299) throw refusalOf(response.status, answer);
    if (answer === undefined) throw malformed("it is no JSON");
    return asObject(answer, "the answer");
  }
}

const ATTEMPTS = 3;
const PAUSE_MS = 100;
/** Limits count over some seconds. */
const LIMITED_MS = 500;
const MOST_RETRIES = 10;
const RETRIES_A_REQUEST = 0.1;
/** Longer than BigQuery waits for a job to end, and than a page of 10 MB takes. */
const REQUEST_MS = 60_000;

/** Modules of HTTP take long to load, and most commands ask BigQuery nothing. */
function newAgent(url: string): Agent {
  const { Agent: OfModule } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http");
  return new OfModule({ keepAlive: true });
}

function hasProxy(): boolean {
  return ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].some((name) => process.env[name]);
}

/** undefined: it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whatever was thrown may carry the request with its headers. A token that Google refuses us is not worth a repetition. */
function withoutRequest(thrown: unknown): Error {
  const message = thrown instanceof Error ? thrown.message : "The request failed.";
  const response: unknown = thrown instanceof Error && "response" in thrown ? thrown.response : null;
  const isRefused = isObject(response) && typeof response["status"] === "number" && response["status"] < 500;
  return isRefused ? new Refusal(401, "authError", message) : new NoAnswer(message);
}
