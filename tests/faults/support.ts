import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { type Figure, percentile } from "../../bench/report.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../scripts/embedded-postgres.ts";

/** A PostgreSQL of its own with {@link ORDERS}, and a way to look at it from outside. */
export interface Database {
  readonly server: EmbeddedPostgres;
  readonly url: string;
  sql<R extends Record<string, unknown>>(text: string): Promise<readonly R[]>;
  /** Statements with this text that the server works on. */
  activeWith(text: string): Promise<number>;
  /** Does nothing where it has been stopped. */
  stop(): Promise<void>;
}

/** 20,000 orders of three regions and 300 days. */
export const ORDERS = `CREATE SCHEMA shop;
CREATE TABLE shop.orders AS SELECT g AS order_id, g % 100 AS customer_id, (ARRAY['AMER','APAC','EMEA'])[1 + g % 3] AS region,
  (g % 1000)::numeric / 100 AS amount, timestamp '2026-01-01' + (g % 300) * interval '1 day' AS ordered_at
  FROM generate_series(1, 20000) g;
CREATE VIEW shop.live_orders AS SELECT * FROM shop.orders;
ANALYZE shop.orders`;

/** @param settings Of PostgreSQL, `name=value`, each. */
export async function startDatabase(settings: readonly string[] = [], tables = ORDERS): Promise<Database> {
  const server = await startEmbeddedPostgres(settings);
  const url = server.url("postgres");
  const sql: Database["sql"] = async <R extends Record<string, unknown>>(text: string) => {
    const client = new Client({ connectionString: url, application_name: "outside" });
    client.on("error", () => {}); // the query itself fails too
    await client.connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  };
  await sql(tables);
  let isStopped = false;
  return {
    server,
    url,
    sql,
    async activeWith(text) {
      const [row] = await sql<{ count: string }>(`SELECT count(*) FROM pg_stat_activity
        WHERE state = 'active' AND application_name <> 'outside' AND query LIKE '%${text}%'`);
      return Number(row?.count);
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await server.stop();
    },
  };
}

/**
 * Metrics over the table of {@link ORDERS}: `revenue` and `order_count`, whose answers are kept as `cache` says, and
 * `live_revenue`, of which none is kept; `nap_N` for each N of `naps`, which takes N seconds (a point is written `_`). Their groups:
 * `order__region`, `live_order__region`, `nap_of_N__region`.
 */
export function definitions(
  options: { readonly cache?: string; readonly naps?: readonly number[] } = {},
): Readonly<Record<string, string>> {
  const { cache, naps = [] } = options;
  return {
    "orders.yaml": model("order", "table: shop.orders", cache) + metric("revenue", "orders", "revenue"),
    "order_count.yaml": metric("order_count", "orders", "order_count"),
    "live.yaml": model("live_order", "table: shop.live_orders") + metric("live_revenue", "live_orders", "revenue"),
    ...Object.fromEntries(
      naps.map((seconds) => {
        const entity = `nap_of_${String(seconds).replace(".", "_")}`;
        const name = `nap_${String(seconds).replace(".", "_")}`;
        return [`${name}.yaml`, model(entity, `sql: ${napSql(seconds)}`) + metric(name, `${entity}s`, "revenue")];
      }),
    ),
  };
}

function model(entity: string, source: string, cache?: string): string {
  return `model: ${entity}s
description: One row an order.
owner: shop
${source}
${cache === undefined ? "" : `cache: ${cache}\n`}primary_key: order_id
time: ordered_at
columns: { order_id: int, customer_id: int, region: string, amount: decimal, ordered_at: timestamp }
entities: { ${entity}: { type: primary, key: order_id } }
dimensions: { region: , ordered_at: day }
measures: { revenue: sum(amount), order_count: count(*) }
`;
}

function metric(name: string, of: string, measure: string): string {
  return `---\nmetric: ${name}\ndescription: Money or orders.\nowner: shop\nmodel: ${of}\nmeasure: ${measure}\n`;
}

function napSql(seconds: number): string {
  const nap = `CASE WHEN pg_sleep(${seconds}) IS NULL THEN 0 ELSE 1 END`;
  return `SELECT order_id, customer_id, region, amount * nap AS amount, ordered_at FROM shop.orders, (SELECT ${nap} AS nap) n`;
}

/** A request of the contract. */
export type Question = Readonly<Record<string, unknown>>;

/** What came of one request. Nothing that a server or the network does to it throws. */
export interface Answer {
  /** 0: the connection failed, or the request was given up; `code` says how. */
  readonly status: number;
  /** From asking to the last byte. */
  readonly ms: number;
  /** null: refused, failed or broken off. */
  readonly rows: readonly (readonly unknown[])[] | null;
  /** Of the first error, or of the connection; null: all is well. */
  readonly code: string | null;
  /** Of the provenance; null without an answer. */
  readonly cache: string | null;
  readonly dataAsOf: string | null;
  readonly warnings: readonly string[];
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** Whether it was sent twice, because a connection that had been kept was closed as it was used again. */
  readonly isRepeated: boolean;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `assay serve` as a process of its own, in a folder of its own. */
export interface Assay {
  readonly url: string;
  readonly folder: string;
  /** Where its definitions are. */
  readonly metrics: string;
  readonly child: ChildProcess;
  /** By the GraphQL field `query`. */
  ask(question: Question, options?: AskOptions): Promise<Answer>;
  /** Any other request; `rows`, `cache` and the like are null. */
  send(method: string, where: string, body?: string, options?: AskOptions): Promise<Answer>;
  /** Numbers of `/metrics` by name and labels as they are written there, `assay_breaker_open`. */
  numbers(options?: AskOptions): Promise<ReadonlyMap<string, number>>;
  /** What it has written on standard error. */
  log(): string;
  /** By itself or not, also by a signal: what runs out of memory has no exit code. */
  hasEnded(): boolean;
  /** Resolves when it has ended, by itself or not: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** By SIGTERM, where it still runs; the folder stays. @returns as `ended` */
  stop(): Promise<number | NodeJS.Signals>;
  /** Ends it however it is, and removes its folder. */
  remove(): Promise<void>;
}

export interface AssayOptions {
  readonly warehouse: string;
  /** File names and texts; left out: what the folder holds. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** assay.config.yaml. */
  readonly settings?: string;
  readonly flags?: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of one that ran before. */
  readonly folder?: string;
  /** A program and its arguments to run Node under, such as `["faketime", "+10m"]`. */
  readonly under?: readonly string[];
  /** Ends it as SIGKILL does, also before it serves. */
  readonly signal?: AbortSignal;
}

export const PROGRAM = path.join(import.meta.dirname, "../../src/cli/main.ts");

/** Resolves when it serves. @throws Error with what it wrote, when it ends before that */
export async function startAssay(options: AssayOptions): Promise<Assay> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), "assay-fault-"));
  const metrics = path.join(folder, "metrics");
  mkdirSync(metrics, { recursive: true });
  for (const [name, text] of Object.entries(options.definitions ?? {})) writeFileSync(path.join(metrics, name), text);
  writeFileSync(path.join(folder, "assay.config.yaml"), options.settings ?? "{}\n");
  const [program, ...before] = [...(options.under ?? []), process.execPath];
  if (program === undefined) throw new Error("There is no program to run.");
  const flags = [
    "serve",
    "--port",
    "0",
    "--format",
    "json",
    "--warehouse",
    options.warehouse,
    ...(options.flags ?? []),
  ];
  const child = spawn(program, [...before, ...(options.nodeFlags ?? []), PROGRAM, ...flags], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      NODE_ENV: "production",
      ASSAY_TELEMETRY_LOG_LEVEL: "warn",
      ...options.env,
    },
  });
  options.signal?.addEventListener("abort", () => child.kill("SIGKILL"));
  const written: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => written.push(chunk.toString()));
  const log = () => written.join("");
  const ended = once(child, "close").then(([code, signal]): number | NodeJS.Signals => code ?? signal);
  const { promise: begun, resolve, reject } = Promise.withResolvers<string>();
  let announced = "";
  child.stdout.on("data", (chunk: Buffer) => {
    announced += chunk.toString();
    if (announced.includes("\n")) resolve(announced);
  });
  void ended.then((code) => reject(new Error(`assay serve ended with ${code} before it served:\n${log()}`)));
  const { url } = JSON.parse(await begun) as { url?: string };
  if (url === undefined) throw new Error(`assay serve does not begin:\n${announced}`);
  // Connections that nobody uses are closed from here: what the server holds then is its own.
  const agent = new Agent({ keepAlive: true, timeout: 5_000 });
  const send: Assay["send"] = (method, where, body, more) => exchange(agent, new URL(where, url), method, body, more);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (!hasEnded()) child.kill(signal);
    const how = await ended;
    agent.destroy();
    return how;
  };
  return {
    url,
    folder,
    metrics,
    child,
    send,
    async ask(input, more) {
      const body = JSON.stringify({ query: DOCUMENT, variables: { input } });
      return answerOf(await send("POST", "/graphql", body, more));
    },
    async numbers(more) {
      const { status, text } = await send("GET", "/metrics", undefined, more);
      if (status !== 200) throw new Error(`/metrics answers with ${status}: ${text}`);
      const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
    },
    log,
    hasEnded,
    ended,
    stop: () => end("SIGTERM"),
    async remove() {
      await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const DOCUMENT = `query ($input: MetricQueryInput!) {
  query(input: $input) { rows provenance { cache dataAsOf warnings } } }`;

async function exchange(
  agent: Agent,
  url: URL,
  method: string,
  body: string | undefined,
  options: AskOptions = {},
): Promise<Answer> {
  const startedAt = performance.now();
  const answer = await exchangeOnce(agent, url, method, body, options);
  if (answer) return answer;
  // Whoever knows that a question changes nothing may ask it once more: RFC 9110, section 9.2.2. Others see an error.
  const second = await exchangeOnce(new Agent(), url, method, body, options);
  if (!second) throw new Error("A new connection was taken for one that had been kept.");
  return { ...second, isRepeated: true, ms: performance.now() - startedAt };
}

/** @returns null when a connection that had been kept was closed as it was used again */
function exchangeOnce(
  agent: Agent,
  url: URL,
  method: string,
  body: string | undefined,
  { signal, headers = {} }: AskOptions,
): Promise<Answer | null> {
  const startedAt = performance.now();
  const none = { rows: null, cache: null, dataAsOf: null, warnings: [], headers: {}, text: "", isRepeated: false };
  return new Promise((resolve) => {
    const fail = (error: Error & { readonly code?: string }): void =>
      resolve({ ...none, status: 0, ms: performance.now() - startedAt, code: error.code ?? error.message });
    const sent = request(url, {
      agent,
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(signal && { signal }),
    });
    sent.on("error", (error: Error & { readonly code?: string }) => {
      if (sent.reusedSocket && error.code === "ECONNRESET") resolve(null);
      else fail(error);
    });
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () =>
        resolve({
          ...none,
          status: response.statusCode ?? 0,
          ms: performance.now() - startedAt,
          code: null,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.end(body);
  });
}

interface GraphqlBody {
  readonly data?: { readonly query: (Pick<Answer, "rows"> & { readonly provenance: Provenance | null }) | null } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly refusals?: readonly { readonly code: string }[] };
}

type Provenance = Pick<Answer, "dataAsOf" | "warnings"> & { readonly cache: string };

function answerOf(answer: Answer): Answer {
  if (answer.status === 0) return answer;
  let body: GraphqlBody;
  try {
    body = JSON.parse(answer.text);
  } catch {
    return { ...answer, code: "NO_JSON" };
  }
  const [error] = body.errors ?? [];
  const code = error ? (error.extensions?.code ?? "NO_CODE") : (body.extensions?.refusals?.[0]?.code ?? null);
  const result = body.data?.query;
  if (!result?.rows) return { ...answer, code: code ?? "NO_DATA" };
  return { ...answer, code, rows: result.rows, ...result.provenance };
}

/** One request of a load. */
export interface Sample extends Answer {
  /** When it was due, after the load began; `ms` counts from then. */
  readonly atMs: number;
  readonly n: number;
}

export interface Load {
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Those that ended so far. */
  readonly samples: readonly Sample[];
  /** Asks no more, and waits for what is under way. */
  stop(): Promise<readonly Sample[]>;
}

/** Open loop: so many requests a second, however many are still under way. */
export function startLoad(perSecond: number, ask: (n: number) => Promise<Answer>): Load {
  const samples: Sample[] = [];
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  const over = new AbortController();
  let n = 0;
  const one = async (mine: number, atMs: number): Promise<void> => {
    const answer = await ask(mine);
    samples.push({ ...answer, n: mine, atMs, ms: performance.now() - startedAt - atMs });
  };
  const all = (async () => {
    while (!over.signal.aborted) {
      for (; (n / perSecond) * 1_000 <= performance.now() - startedAt; n += 1) {
        const work = one(n, (n / perSecond) * 1_000);
        running.add(work);
        void work.finally(() => running.delete(work));
      }
      await delay(1);
    }
    await Promise.all(running);
  })();
  return {
    startedAt,
    samples,
    async stop() {
      over.abort();
      await all;
      return samples;
    },
  };
}

/** Resolves with how long it took until the claim held. @throws Error after `withinMs` */
export async function until(
  claim: () => boolean | Promise<boolean>,
  { withinMs = 30_000, everyMs = 5 } = {},
): Promise<number> {
  const startedAt = performance.now();
  while (!(await claim())) {
    if (performance.now() - startedAt > withinMs) throw new Error(`Not within ${withinMs} ms: ${claim.toString()}`);
    await delay(everyMs);
  }
  return performance.now() - startedAt;
}

/** A measure of at most so much. */
export function atMost(target: number, unit: string, name: string, value: number): Figure {
  return { name, value, unit, target, better: "lower" };
}

/** A measure of at least so much. */
export function atLeast(target: number, unit: string, name: string, value: number): Figure {
  return { name, value, unit, target, better: "higher" };
}

/** What must not happen at all. */
export function never(name: string, count: number): Figure {
  return atMost(0, "", name, count);
}

/** What must not happen to any of them; of those that it happened to, people are told the first few. */
export function none<A extends Answer>(name: string, answers: readonly A[], isBad: (answer: A) => boolean): Figure {
  if (answers.length === 0) throw new Error(`Nothing was asked that could tell: ${name}.`);
  const bad = answers.filter(isBad);
  for (const { status, ms, code, cache, text } of bad.slice(0, 3)) {
    process.stderr.write(
      `    ${name}: ${[status, `${ms.toFixed(0)} ms`, code, cache, text.slice(0, 200)].join(" ")}\n`,
    );
  }
  return never(name, bad.length);
}

/** The value below which `share` of them took. */
export function percentileOf(answers: readonly Answer[], share: number): number {
  return percentile(
    answers.map(({ ms }) => ms),
    share,
  );
}

/** Runs what was begun last first, whatever comes of each. */
export async function undo(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  for (const step of steps) stack.defer(async () => void (await step()));
}
