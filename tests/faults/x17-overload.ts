import { spawn } from "node:child_process";
import { once } from "node:events";
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

    const cpuMs = async () => ((await assay.numbers()).get("process_cpu_seconds_total") ?? Number.NaN) * 1_000;
    const bare = await startBareServer();
    open.defer(() => bare.stop());
    const cpuBefore = await cpuMs();
    const load = startLoad(3 * peakPerSecond, nap);
    const hits = startLoad(20, kept);
    const floor = startLoad(20, () => assay.send("GET", bare.url));
    await delay(SECONDS * 1_000);
    const [samples, keptSamples, floorSamples] = await Promise.all([load.stop(), hits.stop(), floor.stop()]);
    const cpuEach = ((await cpuMs()) - cpuBefore) / (samples.length + keptSamples.length);
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
      measure(
        "a server that does nothing, asked by the same client meanwhile, median",
        percentileOf(floorSamples, 0.5),
        "ms",
      ),
      measure("the same, p99", percentileOf(floorSamples, 0.99), "ms"),
      measure("processor time of the server for each request, answered or not", cpuEach, "ms"),
      measure("peak", peakPerSecond, "/s"),
      measure("refused", shed.length, ""),
      never("process exits", assay.hasEnded() ? 1 : 0),
    ];
  },
};

/** What the machine and the client take of the times: a process of its own that answers at once. */
async function startBareServer(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const program = `require("node:http").createServer((_, res) => res.end("{}"))
    .listen(0, "127.0.0.1", function () { console.log(this.address().port); })`;
  const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const [port] = await once(child.stdout, "data");
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { url: `http://127.0.0.1:${String(port).trim()}/`, stop };
}

function isAnswered({ rows }: Answer): boolean {
  return rows !== null;
}
