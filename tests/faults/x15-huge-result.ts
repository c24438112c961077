import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { type Answer, type Assay, atMost, never, none, percentileOf, startAssay, startDatabase } from "./support.ts";

const ROWS = 5_000_000;
/** What one question of GraphQL gives at most. */
const CAP = 100_000;
/** What one of the two servers may give at most. */
const MAX_ROWS = 10_000;
/** A reader that takes so many bytes, then waits; once it stops for longer. */
const READER = { bytes: 512 * 1024, pauseMs: 20, stopAt: 10 * 2 ** 20, stopMs: 10_000 };

const TABLES = `CREATE SCHEMA shop;
CREATE TABLE shop.parts AS SELECT g AS part_id, g % 7 AS amount FROM generate_series(1, ${ROWS}) g;
CREATE UNIQUE INDEX ON shop.parts (part_id);
ANALYZE shop.parts`;
const DEFINITIONS = `model: parts
description: One row a part.
owner: shop
table: shop.parts
primary_key: part_id
columns: { part_id: int, amount: int }
entities: { part: primary }
dimensions: { part_id: }
measures: { pieces: sum(amount) }
---
metric: pieces
description: Pieces of all parts.
owner: shop
model: parts
measure: pieces
`;

export const fault: Fault = {
  id: "X15",
  name: "A result of five million rows",
  injection: `A question whose answer has ${ROWS.toLocaleString("en")} rows: by GraphQL, by GraphQL under \`limits.max_rows\` of ${MAX_ROWS.toLocaleString("en")}, and as CSV to a reader that takes 512 KB, then pauses, and once stops for 10 s; beside small questions every 50 ms`,
  promise:
    "GraphQL gives a first part, and says so, or refuses; an export gives every row. The server holds little of it, and answers others meanwhile.",
  async run() {
    await using open = new AsyncDisposableStack();
    // Groups of all rows in memory: the disk of the database is not what is tried.
    const database = open.adopt(await startDatabase(["work_mem=1GB", "jit=off"], TABLES), (it) => it.stop());
    const serve = async (settings: string): Promise<Assay> =>
      open.adopt(
        await startAssay({ warehouse: database.url, definitions: { "parts.yaml": DEFINITIONS }, settings }),
        (it) => it.remove(),
      );
    const assay = await serve("{}\n");
    const bounded = await serve(`limits: { max_rows: ${MAX_ROWS} }\n`);
    const question = { metrics: ["pieces"], groupBy: [{ name: "part__part_id" }] };
    // What a server needs to have answered at all counts as what it had before.
    for (let i = 1; i <= 20; i++) {
      const some = { ...question, where: [`part__part_id <= ${1_000 * i}`] };
      await assay.ask(some);
      await assay.send("POST", "/v1/query?format=csv", JSON.stringify(some));
    }

    const idle = await watched(assay, () => delay(5_000));
    const refused = await bounded.ask(question);
    let first: Answer | null = null;
    const asking = await watched(assay, async () => {
      first = await assay.ask(question);
    });
    let read = { lines: 0, isWhole: false };
    const exporting = await watched(assay, async () => {
      read = await readSlowly(new URL("/v1/query?metrics=pieces&by=part__part_id&format=csv", assay.url));
    });
    const answer: Answer = first ?? refused;
    const measure = (name: string, value: number, unit: string) =>
      ({ name, value, unit, target: null, better: "lower" }) as const;
    return [
      never("beyond `limits.max_rows`, not refused", refused.code === "LIMIT_EXCEEDED" ? 0 : 1),
      atMost(CAP, "", "rows given by GraphQL", answer.rows?.length ?? Number.NaN),
      never("of which it does not say that there are more", answer.text.includes("truncated: after") ? 0 : 1),
      never("rows that the export lacks", read.isWhole ? ROWS - read.lines : ROWS),
      atMost(64, "MB", "GraphQL: memory of the process beyond that before", asking.grownMb),
      atMost(64, "MB", "export: memory of the process beyond that before", exporting.grownMb),
      atMost(50, "ms", "GraphQL: delay of the event loop, p99", asking.loopMs),
      atMost(50, "ms", "export: delay of the event loop, p99", exporting.loopMs),
      measure("delay of the event loop just before, beside small questions alone, p99", idle.loopMs, "ms"),
      measure("others just before, p99", percentileOf(idle.others, 0.99), "ms"),
      none("others not answered meanwhile", [...asking.others, ...exporting.others], ({ rows }) => rows === null),
      measure("others beside GraphQL, p99", percentileOf(asking.others, 0.99), "ms"),
      measure("others beside the export, p99", percentileOf(exporting.others, 0.99), "ms"),
      measure("GraphQL took", asking.seconds, "s"),
      measure("export took", exporting.seconds, "s"),
      never("process exits", assay.hasEnded() || bounded.hasEnded() ? 1 : 0),
    ];
  },
};

/** What the server needs while something is done, and what others get meanwhile. */
async function watched(assay: Assay, work: () => Promise<void>) {
  const startedAt = performance.now();
  const before = residentMb(assay);
  let most = before;
  const over = new AbortController();
  const others: Answer[] = [];
  // Each look at the numbers begins the measure of the delay anew.
  await assay.numbers();
  const ask = async (): Promise<void> => {
    for (let n = 1; !over.signal.aborted; n++) {
      others.push(await assay.ask({ metrics: ["pieces"], where: [`part__part_id = ${n}`] }));
      await delay(50);
    }
  };
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) {
      most = Math.max(most, residentMb(assay));
      await delay(20);
    }
  };
  await Promise.all([work().finally(() => over.abort()), ask(), look()]);
  const loop = (await assay.numbers()).get("nodejs_eventloop_lag_p99_seconds") ?? Number.NaN;
  return {
    grownMb: most - before,
    loopMs: loop * 1_000,
    others,
    seconds: (performance.now() - startedAt) / 1_000,
  };
}

function residentMb({ child }: Assay): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

/** Takes no more from the connection while it pauses. */
async function readSlowly(url: URL): Promise<{ readonly lines: number; readonly isWhole: boolean }> {
  let [lines, taken, paused, hasStopped] = [-1, 0, 0, false]; // the first line has names
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const sent = request(url, { agent: new Agent() }, (response) => {
    response.on("error", () => resolve(false));
    response.on("end", () => resolve(response.complete && response.statusCode === 200));
    response.on("data", (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
      taken += chunk.length;
      if (taken - paused < READER.bytes) return;
      paused = taken;
      const stops = !hasStopped && taken >= READER.stopAt;
      if (stops) hasStopped = true;
      response.pause();
      setTimeout(() => response.resume(), stops ? READER.stopMs : READER.pauseMs);
    });
  });
  sent.on("error", () => resolve(false));
  sent.end();
  const isWhole = await promise;
  return { lines, isWhole };
}
