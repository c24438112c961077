import { setTimeout as delay } from "node:timers/promises";
import { startProxy } from "../support/proxy.ts";
import type { Fault } from "./fault.ts";
import { atLeast, atMost, definitions, never, none, startAssay, startDatabase, until } from "./support.ts";

const DEADLINE_MS = 3_000;

export const fault: Fault = {
  id: "X02",
  name: "The database falls silent under a statement",
  injection: `A proxy lets nothing pass any more, nor breaks, while statements of 1 s run on both of two connections; the deadline is ${DEADLINE_MS / 1_000} s`,
  promise:
    "Questions end with an error at their deadline, and what they held is free again: both connections work once the database speaks.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const proxy = open.adopt(await startProxy(database.url), (it) => it.close());
    const assay = open.adopt(
      await startAssay({
        warehouse: proxy.url,
        definitions: definitions({ naps: [1] }),
        settings: `limits: { timeout: ${DEADLINE_MS} ms }\nwarehouse: { max_connections: 2 }\n`,
      }),
      (it) => it.remove(),
    );
    const nap = (n: number) => assay.ask({ metrics: ["nap_1"], limit: n });
    const inPairs = (n: number) => Promise.all([nap(n), nap(n + 1)]);
    const before = await inPairs(1);

    const silenced = inPairs(3);
    await until(async () => (await database.activeWith("pg_sleep(1)")) === 2);
    proxy.set("hold");
    const answers = await silenced;
    const held = async () => (await assay.numbers()).get("assay_statements_running") ?? 0;
    const freeMs = await until(async () => (await held()) === 0);
    await delay(1_000);
    proxy.set("pass");
    let n = 5;
    const backMs = await until(async () => (await assay.ask({ metrics: ["live_revenue"], limit: n++ })).rows !== null);
    const startedAt = performance.now();
    const after = await inPairs(100);
    const bothMs = performance.now() - startedAt;
    return [
      none("questions before it that fail", before, ({ rows }) => rows === null),
      none("questions answered out of the silence", answers, ({ rows }) => rows !== null),
      atMost(
        250,
        "ms",
        "farthest from the deadline that one ended",
        Math.max(...answers.map(({ ms }) => Math.abs(ms - DEADLINE_MS))),
      ),
      atMost(250, "ms", "from then until the gate held no statement", freeMs),
      atMost(2_000, "ms", "from the first word of the database to an answer", backMs),
      atLeast(2, "", "of two questions at once afterwards, answered", after.filter(({ rows }) => rows !== null).length),
      atMost(1_900, "ms", "which takes both of them, each of 1 s", bothMs),
      never("process ended", assay.hasEnded() ? 1 : 0),
    ];
  },
};
