import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import {
  type Answer,
  atMost,
  definitions,
  none,
  percentileOf,
  type Sample,
  startAssay,
  startDatabase,
  startLoad,
  until,
} from "./support.ts";

const DEADLINE_MS = 2_000;
const ROUNDS = 4;

export const fault: Fault = {
  id: "X05",
  name: "A slow statement",
  injection: `A metric with pg_sleep(30) and a deadline of ${DEADLINE_MS / 1_000} s, asked twice at once beside 50 other questions a second; ${ROUNDS} rounds with it and without, in turn`,
  promise:
    "The statement is gone from the database when its deadline has come, and others are answered as fast as without it.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: definitions({ naps: [30] }),
        settings: `limits: { timeout: ${DEADLINE_MS} ms }\n`,
      }),
      (it) => it.remove(),
    );
    let n = 1;
    const others = () => startLoad(50, () => assay.ask({ metrics: ["live_revenue"], limit: n++ }));
    const warming = others();
    await delay(1_500);
    await warming.stop();

    const slow: Answer[] = [];
    const goneMs: number[] = [];
    const [without, beside]: [Sample[], Sample[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const alone = others();
      await delay(DEADLINE_MS);
      without.push(...(await alone.stop()));
      const together = others();
      slow.push(...(await Promise.all([30, 31].map((limit) => assay.ask({ metrics: ["nap_30"], limit })))));
      goneMs.push(await until(async () => (await database.activeWith("pg_sleep(30)")) === 0));
      beside.push(...(await together.stop()));
    }
    const compare = (share: number) => percentileOf(beside, share) / percentileOf(without, share);
    return [
      none("slow ones answered", slow, ({ rows }) => rows !== null),
      atMost(
        250,
        "ms",
        "farthest from the deadline that one ended",
        Math.max(...slow.map(({ ms }) => Math.abs(ms - DEADLINE_MS))),
      ),
      atMost(1_000, "ms", "from then until the statement was gone from the database, worst", Math.max(...goneMs)),
      none("others that failed", beside, ({ rows }) => rows === null),
      atMost(1.2, "×", "others' p50 beside it over without it", compare(0.5)),
      atMost(1.5, "×", "others' p99 beside it over without it", compare(0.99)),
    ];
  },
};
