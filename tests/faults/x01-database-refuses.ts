import { setTimeout as delay } from "node:timers/promises";
import { startProxy } from "../support/proxy.ts";
import type { Fault } from "./fault.ts";
import {
  type Answer,
  atMost,
  definitions,
  never,
  none,
  percentileOf,
  startAssay,
  startDatabase,
  startLoad,
  until,
} from "./support.ts";

const REFUSED_MS = 60_000;

export const fault: Fault = {
  id: "X01",
  name: "The database refuses connections",
  injection: `A proxy breaks all connections and refuses new ones for ${REFUSED_MS / 1_000} s, under 20 questions a second whose answers are kept and 20 that are not`,
  promise:
    "Kept answers are given, marked as old. Others fail at once when the breaker has opened, and are answered again soon after the database is back.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const proxy = open.adopt(await startProxy(database.url), (it) => it.close());
    const kept = definitions({ cache: "{ ttl: 1 s, stale: 10 min }" });
    const assay = open.adopt(await startAssay({ warehouse: proxy.url, definitions: kept }), (it) => it.remove());
    const warmQuestion = { metrics: ["revenue"], groupBy: [{ name: "order__region" }] };
    const right = await assay.ask(warmQuestion);
    await delay(1_500); // its time is over: from here on it is an old one

    await proxy.refuse();
    const refusedAt = performance.now();
    const warm = startLoad(20, () => assay.ask(warmQuestion));
    const cold = startLoad(20, (n) => assay.ask({ metrics: ["live_revenue"], limit: 1 + n }));
    const opened = await until(async () => (await assay.numbers()).get("assay_breaker_open") === 1);
    const openedAt = performance.now();
    await delay(REFUSED_MS - (performance.now() - refusedAt));
    const [warmSamples, coldSamples] = await Promise.all([warm.stop(), cold.stop()]);
    const late = coldSamples.filter(({ atMs }) => refusedAt + atMs > openedAt);
    await proxy.accept();
    let n = 1_000;
    const backMs = await until(async () => (await assay.ask({ metrics: ["live_revenue"], limit: n++ })).rows !== null);

    const isOld = ({ cache, warnings, rows }: Answer): boolean =>
      cache === "stale" && warnings.length > 0 && JSON.stringify(rows) === JSON.stringify(right.rows);
    return [
      none("kept answers not given, not marked or wrong", warmSamples, (answer) => !isOld(answer)),
      none("questions answered that could not be", coldSamples, ({ rows }) => rows !== null),
      atMost(50, "ms", "failures with the breaker open, p95", percentileOf(late, 0.95)),
      atMost(2_000, "ms", "until answered again", backMs),
      never("process ended", assay.hasEnded() ? 1 : 0),
      { name: "until the breaker opened", value: opened, unit: "ms", target: null, better: "lower" },
    ];
  },
};
