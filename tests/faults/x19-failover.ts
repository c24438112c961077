import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { startPair } from "../support/postgres-replica.ts";
import type { Fault } from "./fault.ts";
import { type Answer, atMost, never, type Sample, startAssay, startLoad } from "./support.ts";

const DEFINITIONS = `model: ticks
description: One row a moment.
owner: shop
table: ticks
primary_key: tick_id
columns: { tick_id: int }
entities: { tick: primary }
measures: { latest: max(tick_id) }
---
metric: latest_tick
description: The moment that was written last.
owner: shop
model: ticks
measure: latest
`;
const PER_SECOND = 20;
const DOWN_MS = 6_000;

export const fault: Fault = {
  id: "X19",
  name: "One of two database servers is lost",
  injection: `A primary and its streaming replica under ${PER_SECOND} questions a second while rows are written; the replica is killed and started again, then the primary is killed`,
  promise:
    "Reads move to the other server within 2 s, and each answer holds every row that was there at its `dataAsOf`.",
  async run() {
    await using open = new AsyncDisposableStack();
    const pair = open.adopt(await startPair(), (it) => it.stop());
    const writer = new Client({ connectionString: pair.primary.url });
    writer.on("error", () => {}); // its server is killed
    await writer.connect();
    await writer.query("CREATE TABLE ticks (tick_id int PRIMARY KEY)");
    await writer.query("INSERT INTO ticks VALUES (0)");
    /** When each row was surely there, in milliseconds since 1970. */
    const writtenAt = [Date.now()];
    const state = { isWriting: true };
    const writing = (async () => {
      while (state.isWriting) {
        await writer.query("INSERT INTO ticks VALUES ($1)", [writtenAt.length]).catch(() => (state.isWriting = false));
        if (state.isWriting) writtenAt.push(Date.now());
        await delay(25);
      }
    })();
    const assay = open.adopt(
      await startAssay({
        warehouse: pair.primary.url,
        definitions: { "ticks.yaml": DEFINITIONS },
        settings: `warehouse: { url: "${pair.primary.url}", replicas: ["${pair.replica.url}"] }\n`,
        flags: [],
      }),
      (it) => it.remove(),
    );
    const startedAt = performance.now();
    const load = startLoad(PER_SECOND, (n) => assay.ask({ metrics: ["latest_tick"], limit: n + 1 }));
    const since = () => performance.now() - startedAt;
    await delay(3_000);
    const replicaLostAt = since();
    await pair.replica.kill();
    await delay(DOWN_MS);
    await pair.replica.start();
    await delay(5_000);
    const primaryLostAt = since();
    await pair.primary.kill();
    await delay(DOWN_MS);
    const samples = await load.stop();
    state.isWriting = false;
    await writing;
    await writer.end().catch(() => {});
    const wrong = samples.filter((answer) => isOlderThanItSays(answer, writtenAt));
    const failed = samples.filter(({ rows }) => rows === null);
    return [
      atMost(2_000, "ms", "replica lost: until reads are answered again", movedAfter(samples, replicaLostAt)),
      atMost(2_000, "ms", "primary lost: until reads are answered again", movedAfter(samples, primaryLostAt)),
      never("answers that lack rows of their `dataAsOf`", wrong.length),
      { name: "questions that failed", value: failed.length, unit: "", target: null, better: "lower" },
      { name: "questions", value: samples.length, unit: "", target: null, better: "lower" },
      never("process exits", assay.hasEnded() ? 1 : 0),
    ];
  },
};

/** From the loss to the end of the last question that failed of it. */
function movedAfter(samples: readonly Sample[], lostAt: number): number {
  const failed = samples.filter(
    ({ rows, atMs, ms }) => rows === null && atMs + ms >= lostAt && atMs < lostAt + DOWN_MS,
  );
  return Math.max(0, ...failed.map(({ atMs }) => atMs - lostAt));
}

function isOlderThanItSays({ rows, dataAsOf }: Answer, writtenAt: readonly number[]): boolean {
  if (rows === null || dataAsOf === null) return false;
  const next = writtenAt[Number(rows[0]?.[0]) + 1];
  return next !== undefined && next < Date.parse(dataAsOf);
}
