import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import {
  type Answer,
  atLeast,
  atMost,
  definitions,
  none,
  percentileOf,
  startAssay,
  startDatabase,
  until,
} from "./support.ts";

const CLIENTS = 100;
const FOR_MS = 6_000;

export const fault: Fault = {
  id: "X06",
  name: "The database has no connection left",
  injection: `PostgreSQL with max_connections 5, and ${CLIENTS} clients that ask one question of 0.1 s after the other for ${FOR_MS / 1_000} s, waiting 0.2 s after a refusal; the line holds 20. Then one client asks while the line is full`,
  promise: "The line is bounded, whoever finds no room is told so at once, and nothing is stuck afterwards.",
  async run() {
    await using open = new AsyncDisposableStack();
    const few = ["max_connections=5", "superuser_reserved_connections=0", "max_wal_senders=0"];
    const database = open.adopt(await startDatabase(few), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: definitions({ naps: [0.1, 8] }),
        settings: "overload: { queue: 20 }\n",
      }),
      (it) => it.remove(),
    );
    const answers: Answer[] = [];
    let deepest = 0;
    let n = 1;
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const answer = await assay.ask({ metrics: ["nap_0_1"], limit: n++ });
        answers.push(answer);
        if (answer.rows === null) await delay(200);
      }
    };
    const over = new AbortController();
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    const startedAt = performance.now();
    while (performance.now() - startedAt < FOR_MS) {
      deepest = Math.max(deepest, (await assay.numbers()).get("assay_queue_depth") ?? 0);
      await delay(100);
    }
    over.abort();
    const stoppedAt = performance.now();
    await clients;
    const stuckMs = performance.now() - stoppedAt;
    const after: Answer[] = [];
    for (let time = 0; time < 10; time += 1) after.push(await assay.ask({ metrics: ["nap_0_1"], limit: n++ }));
    const refused = answers.filter(({ status }) => status === 503);

    const line = Array.from({ length: 40 }, () => assay.ask({ metrics: ["nap_8"], limit: n++ }));
    await until(async () => (await assay.numbers()).get("assay_queue_depth") === 20);
    const inVain: Answer[] = [];
    while (inVain.length < 50 && (await assay.numbers()).get("assay_queue_depth") === 20) {
      inVain.push(await assay.ask({ metrics: ["nap_8"], limit: n++ }, { signal: AbortSignal.timeout(2_000) }));
    }
    await Promise.all(line);
    return [
      atMost(20, "", "most that waited at once", deepest),
      atLeast(1, "", "refused with 503", refused.length),
      none(
        "refused without Retry-After or another code",
        refused,
        ({ headers, code }) => headers["retry-after"] === undefined || code !== "OVERLOADED",
      ),
      none("neither answered nor refused", answers, ({ rows, status }) => rows === null && status !== 503),
      none("answered though the line is full", inVain, ({ status }) => status !== 503),
      atMost(10, "ms", "until refused while the line is full, p95", percentileOf(inVain, 0.95)),
      atLeast(1, "", "answered", answers.filter(({ rows }) => rows !== null).length),
      atMost(2_000, "ms", "until the last client had its answer", stuckMs),
      none("questions afterwards that fail", after, ({ rows }) => rows === null),
    ];
  },
};
