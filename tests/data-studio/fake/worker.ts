/**
 * The thread in which the script runs: its services wait as those of Apps Script do, while the thread that started it
 * serves and fetches.
 */
import { type Context, createContext, Script } from "node:vm";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { BareException, createDataStudioApp, type ToldError } from "./data-studio-app.ts";
import type { Call, Outcome, Started, Told } from "./script.ts";
import { createServices, type Kept } from "./services.ts";
import { takeMisuses } from "./strict.ts";
import { createUrlFetchApp, type FetchReply, type FetchRequest } from "./url-fetch.ts";

const started: Started = workerData;
const bundle = new Script(started.code, { filename: "Code.js" });
const { oauthScopes: scopes, urlFetchWhitelist: whitelist } = started.manifest;

const kept: Kept = {
  scriptProperties: new Map(Object.entries(started.scriptProperties)),
  userProperties: started.userProperties,
  scriptCache: new Map(),
  userCaches: new Map(),
  stateTokens: new Map(),
  log: [],
};
/** How far the clock of the script is ahead. */
let aheadMs = 0;
const now = (): number => Date.now() + aheadMs;

parentPort?.on("message", (told: Told) => parentPort?.postMessage({ id: told.id, answer: answerTo(told) }));

function answerTo(told: Told): unknown {
  switch (told.kind) {
    case "call":
      return run(told);
    case "pass":
      aheadMs += told.ms;
      return null;
    case "kept":
      return kept;
  }
}

/** Every call starts the script anew: only services remember. */
function run({ viewer, name, argument }: Call): Outcome {
  const told: ToldError[] = [];
  const context = createContext({
    ...createServices({
      viewer,
      kept,
      now,
      sleep,
      scopes,
      key: started.key,
      isLockedElsewhere: started.isLockedElsewhere,
    }),
    DataStudioApp: createDataStudioApp((error) => told.push(error)),
    UrlFetchApp: createUrlFetchApp({ whitelist, scopes }, fetchThere),
    now,
    given: argument,
  });
  new Script(MOVABLE_CLOCK).runInContext(context);
  const outcome = { told, ...resultOf(context, name) };
  return { ...outcome, misuses: takeMisuses() };
}

function resultOf(context: Context, name: string): Pick<Outcome, "result" | "thrown"> {
  const text = `JSON.stringify(${name}(given === undefined ? undefined : JSON.parse(given)))`;
  try {
    bundle.runInContext(context);
    const result: unknown = new Script(text).runInContext(context);
    return { result: typeof result === "string" ? result : null };
  } catch (thrown) {
    if (thrown instanceof BareException) return { result: null, thrown: "Exception" };
    return { result: null, thrown: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
  }
}

const MOVABLE_CLOCK = `{
  const { now } = globalThis;
  delete globalThis.now;
  globalThis.Date = class extends Date {
    constructor(...parts) { parts.length === 0 ? super(now()) : super(...parts); }
    static now() { return now(); }
  };
}`;

function sleep(ms: number): void {
  if (started.sleeps === "for real") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  else aheadMs += ms + started.oversleepsMs;
}

function fetchThere(requests: readonly FetchRequest[]): readonly FetchReply[] {
  const port: MessagePort = started.fetches;
  const signal = new Int32Array(started.signal);
  Atomics.store(signal, 0, 0);
  port.postMessage(requests);
  Atomics.wait(signal, 0, 0);
  const received = receiveMessageOnPort(port);
  if (!received) throw new Error("The fetch was announced and did not come");
  return received.message;
}
