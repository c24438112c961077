import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import {
  type Answer,
  atLeast,
  atMost,
  definitions,
  never,
  none,
  percentileOf,
  startAssay,
  startDatabase,
  startLoad,
} from "./support.ts";

const CONCURRENCY = 10;
const SECONDS = 12;

export const fault: Fault = {
  id: "X17",
  name: "Three times as much is asked as the warehouse can bear",
  injection: `Statements of a second, ${CONCURRENCY} at once and ${CONCURRENCY} that may wait; the peak is what ${2 * CONCURRENCY} callers get who ask one after the other for ${SECONDS} s. Then for ${SECONDS} s three times as many a second, however many are under way, and 20 questions a second whose answers are kept`,
  promise:
    "As much is answered as before and hardly later; the rest is refused at once, with a time to come back, and kept answers are given as ever.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: definitions({ cache: "{ ttl: 1 h }", naps: [1] }),
        settings: `overload: { concurrency: ${CONCURRENCY}, queue: ${CONCURRENCY} }\n`,
      }),
      (it) => it.remove(),
    );
    let limit = 0;
    const nap = () => assay.ask({ metrics: ["nap_1"], limit: (limit = (limit % 9_000) + 1) });
    const kept = () => assay.ask({ metrics: ["revenue"] });
    for (let i = 0; i < 30; i++) await Promise.all([kept(), i < 5 ? nap() : null]);

    const end = performance.now() + SECONDS * 1_000;
    const alone: Answer[] = [];
    const caller = async (): Promise<void> => {
      while (performance.now() < end) alone.push(await nap());
    };
    await Promise.all(Array.from({ length: 2 * CONCURRENCY }, caller));
    const peak = alone.filter(isAnswered);
    if (peak.length === 0) throw new Error("Nothing was answered at the peak.");
    const peakPerSecond = peak.length / SECONDS;

    const load = startLoad(3 * peakPerSecond, nap);
    const hits = startLoad(20, kept);
    await delay(SECONDS * 1_000);
    const [samples, keptSamples] = await Promise.all([load.stop(), hits.stop()]);
    const answered = samples.filter(isAnswered);
    const shed = samples.filter((answer) => !isAnswered(answer));
    const measure = (name: string, value: number, unit: string) =>
      ({ name, value, unit, target: null, better: "lower" }) as const;
    return [
      atLeast(80, "%", "answered a second, of the peak", (100 * answered.length) / SECONDS / peakPerSecond),
      atMost(
        2,
        "×",
        "p99 of what is answered over that at the peak",
        percentileOf(answered, 0.99) / percentileOf(peak, 0.99),
      ),
      none("kept answers not given", keptSamples, ({ cache }) => cache !== "hit"),
      none(
        "refused without 503 and a time to come back",
        shed,
        ({ status, headers }) => status !== 503 || !headers["retry-after"],
      ),
      atMost(10, "ms", "refusals, median", percentileOf(shed, 0.5)),
      measure("refusals, p99", percentileOf(shed, 0.99), "ms"),
      measure("peak", peakPerSecond, "/s"),
      measure("refused", shed.length, ""),
      never("process exits", assay.child.exitCode === null ? 0 : 1),
    ];
  },
};

function isAnswered({ rows }: Answer): boolean {
  return rows !== null;
}
