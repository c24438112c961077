import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { type Answer, atLeast, definitions, never, none, percentileOf, startAssay, startDatabase } from "./support.ts";

const TIMES = 200;

export const fault: Fault = {
  id: "X08",
  name: "A cancel that comes late",
  injection: `Over a single connection, clients break off statements of 20 ms about when they end, ${TIMES} times, and another question follows at once`,
  promise: "Whoever uses the connection next is never ended in place of who left.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: definitions({ naps: [0.02] }),
        settings: "warehouse: { max_connections: 1 }\n",
      }),
      (it) => it.remove(),
    );
    const right = (await assay.ask({ metrics: ["live_revenue"] })).rows;
    const whole: Answer[] = [];
    for (let time = 0; time < 20; time += 1)
      whole.push(await assay.ask({ metrics: ["nap_0_02"], limit: 1_000 + time }));
    let waitMs = percentileOf(whole, 0.5);
    const left: Answer[] = [];
    const next: Answer[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const leaving = new AbortController();
      const leaver = assay.ask({ metrics: ["nap_0_02"], limit: 1 + time }, { signal: leaving.signal });
      await delay(waitMs + (time % 11) - 5);
      leaving.abort();
      next.push(await assay.ask({ metrics: ["live_revenue"], limit: 1 + time }));
      const answer = await leaver;
      left.push(answer);
      // Towards the moment at which it ends as often before as after.
      waitMs = Math.max(15, waitMs + (answer.rows === null ? 1 : -1));
    }
    const retries = (await assay.numbers()).get("assay_warehouse_retries_total") ?? 0;
    return [
      none("next questions that fail or are wrong", next, ({ rows }) => JSON.stringify(rows) !== JSON.stringify(right)),
      never("of them asked once more", retries),
      atLeast(TIMES / 10, "", "statements broken off", left.filter(({ rows }) => rows === null).length),
      atLeast(TIMES / 10, "", "statements that ended before", left.filter(({ rows }) => rows !== null).length),
    ];
  },
};
