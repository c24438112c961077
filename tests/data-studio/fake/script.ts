import { type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { ToldError } from "./data-studio-app.ts";
import type { Kept, Viewer } from "./services.ts";
import type { FetchReply, FetchRequest } from "./url-fetch.ts";

export interface Started {
  readonly code: string;
  readonly manifest: Manifest;
  readonly key: { readonly pem: string; readonly kid: string; readonly audience: string };
  readonly scriptProperties: Readonly<Record<string, string>>;
  readonly userProperties: Kept["userProperties"];
  readonly sleeps: "for real" | "by its clock";
  readonly oversleepsMs: number;
  readonly isLockedElsewhere: boolean;
  readonly fetches: MessagePort;
  readonly signal: SharedArrayBuffer;
}

interface Manifest {
  readonly oauthScopes: readonly string[];
  readonly urlFetchWhitelist: readonly string[];
}

export interface Call {
  readonly id: number;
  readonly kind: "call";
  readonly viewer: Viewer;
  readonly name: string;
  /** JSON; undefined: Data Studio hands nothing over. */
  readonly argument: string | undefined;
}

export type Told =
  | Call
  | { readonly id: number; readonly kind: "pass"; readonly ms: number }
  | { readonly id: number; readonly kind: "kept" };

export interface Outcome {
  /** JSON. */
  readonly result: string | null;
  readonly told: readonly ToldError[];
  /** Calls of services that the real ones would refuse. */
  readonly misuses: readonly string[];
  /** What left the script, though nobody sees it there. */
  readonly thrown?: string;
}

export interface ScriptOptions {
  /** With which identity tokens are signed. */
  readonly key: { readonly privateKey: KeyObject; readonly kid: string; readonly audience: string };
  readonly scriptProperties?: Readonly<Record<string, string>>;
  /** What an earlier version of the script has kept. */
  readonly userProperties?: Kept["userProperties"];
  /** By its own clock the script waits no time at all. */
  readonly sleeps?: "for real" | "by its clock";
  /** By how much each sleep is longer than was asked for, by its own clock. */
  readonly oversleepsMs?: number;
  /** Whether another run of the script holds the viewer's lock. */
  readonly isLockedElsewhere?: boolean;
  /** A minute at Google. */
  readonly fetchLimitMs?: number;
}

/** A user error: what people see, and what admins see beside it. */
export class UserError extends Error {
  readonly debug: string;

  constructor({ text, debugText }: ToldError) {
    super(text);
    this.debug = debugText ?? "";
  }
}

export interface AppsScript {
  /** Calls a function at the top of the script, as Data Studio does: JSON in, JSON out. @throws UserError */
  call(viewer: Viewer, name: string, argument?: unknown): Promise<unknown>;
  /** Moves the script's clock. */
  pass(ms: number): Promise<void>;
  /** All that the script keeps and has logged. */
  kept(): Promise<Kept>;
  /** Every request that it made. */
  readonly fetched: readonly FetchRequest[];
  close(): Promise<void>;
}

/** Runs the built connector of a folder as Apps Script would. */
export function openScript(folder: string, options: ScriptOptions): AppsScript {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const signal = new SharedArrayBuffer(4);
  const { privateKey, kid, audience } = options.key;
  const started: Started = {
    code: readFileSync(join(folder, "Code.js"), "utf8"),
    manifest: JSON.parse(readFileSync(join(folder, "appsscript.json"), "utf8")),
    key: { pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), kid, audience },
    scriptProperties: options.scriptProperties ?? {},
    userProperties: options.userProperties ?? new Map(),
    sleeps: options.sleeps ?? "by its clock",
    oversleepsMs: options.oversleepsMs ?? 0,
    isLockedElsewhere: options.isLockedElsewhere ?? false,
    fetches: theirs,
    signal,
  };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: started, transferList: [theirs] });
  const fetched: FetchRequest[] = [];
  ours.on("message", (requests: readonly FetchRequest[]) => {
    fetched.push(...requests);
    void answer(requests);
  });
  async function answer(requests: readonly FetchRequest[]): Promise<void> {
    const limitMs = options.fetchLimitMs ?? 60_000;
    ours.postMessage(await Promise.all(requests.map((request) => fetchHere(request, limitMs))));
    Atomics.store(new Int32Array(signal), 0, 1);
    Atomics.notify(new Int32Array(signal), 0);
  }

  const waiting = new Map<
    number,
    { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void }
  >();
  let calls = 0;
  worker.on("message", ({ id, answer }: { readonly id: number; readonly answer: never }) => {
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  });
  worker.on("error", (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });

  type Unnumbered<One> = One extends Told ? Omit<One, "id"> : never;
  function tell<Answer>(told: Unnumbered<Told>): Promise<Answer> {
    const id = calls++;
    return new Promise<Answer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...told, id });
    });
  }

  return {
    fetched,
    async call(viewer, name, argument) {
      const json = argument === undefined ? undefined : JSON.stringify(argument);
      const { result, told, misuses, thrown } = await tell<Outcome>({ kind: "call", viewer, name, argument: json });
      if (misuses.length > 0) throw new Error(`Services were misused: ${misuses.join(" | ")}`);
      const [first, second] = told;
      if (second) throw new Error(`Several errors were thrown: ${told.map(({ text }) => text).join(" | ")}`);
      if (first && thrown !== "Exception") throw new Error(`An error was caught on its way: ${first.text}`);
      if (first?.kind === "user") throw new UserError(first);
      if (thrown !== undefined) throw new Error(`The script broke: ${thrown}`);
      return result === null ? undefined : JSON.parse(result);
    },
    pass: (ms) => tell({ kind: "pass", ms }),
    kept: () => tell({ kind: "kept" }),
    async close() {
      ours.close();
      await worker.terminate();
    },
  };
}

async function fetchHere(
  { url, method, headers, payload, followRedirects }: FetchRequest,
  limitMs: number,
): Promise<FetchReply> {
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: payload,
      redirect: followRedirects ? "follow" : "manual",
      signal: AbortSignal.timeout(limitMs),
    });
    const body = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch {
    return { failed: `Address unavailable: ${url}` };
  }
}
