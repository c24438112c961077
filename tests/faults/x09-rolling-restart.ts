import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import {
  type Assay,
  atLeast,
  atMost,
  definitions,
  never,
  none,
  startAssay,
  startDatabase,
  startLoad,
  until,
} from "./support.ts";

const PER_SECOND = 250;
const REQUESTS = 10_000;
const LOOK_MS = 50;

export const fault: Fault = {
  id: "X09",
  name: "Servers are told to stop under load",
  injection: `Two servers behind a balancer that looks at /health/ready every ${LOOK_MS} ms; SIGTERM to each in turn, and another in its place, under ${PER_SECOND} questions a second until ${REQUESTS.toLocaleString("en")} were asked; one in 25 takes half a second. A server goes on answering for 1 s (server.drain.delay)`,
  promise: "A server that is told to stop is not ready at once, fails nobody, and ends with exit code 0.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const kept = definitions({ cache: "{ ttl: 10 min }", naps: [0.5] });
    const settings = "server: { drain: { delay: 1 s } }\n";
    const begin = () => startAssay({ warehouse: database.url, definitions: kept, settings });
    const ready = new Set<Assay>();
    const behind = new Set([await begin(), await begin()]);
    open.defer(async () => void (await Promise.all([...behind].map((assay) => assay.remove()))));
    const over = new AbortController();
    const watch = async (assay: Assay): Promise<void> => {
      while (!over.signal.aborted && behind.has(assay)) {
        const { status } = await assay.send("GET", "/health/ready");
        if (status === 200) ready.add(assay);
        else ready.delete(assay);
        await delay(LOOK_MS);
      }
      ready.delete(assay);
    };
    behind.forEach((assay) => void watch(assay));
    await until(() => ready.size === 2);

    const right = (await [...ready][0]?.ask({ metrics: ["revenue"] }))?.rows;
    const load = startLoad(PER_SECOND, (n) => {
      const targets = [...ready];
      const target = targets[n % targets.length];
      if (!target) throw new Error("No server is ready.");
      if (n % 25 === 0) return target.ask({ metrics: ["nap_0_5"], limit: 1 + n });
      return target.ask({ metrics: [n % 10 === 0 ? "live_revenue" : "revenue"], limit: 1 + (n % 50) });
    });
    const noticedMs: number[] = [];
    const codes: (number | string)[] = [];
    while (load.samples.length < REQUESTS) {
      const next = await begin();
      behind.add(next);
      void watch(next);
      await until(() => ready.has(next));
      const [old] = behind;
      if (!old) throw new Error("There is no server to stop.");
      old.child.kill("SIGTERM");
      noticedMs.push(await until(async () => (await old.send("GET", "/health/ready")).status !== 200, { everyMs: 1 }));
      codes.push(await old.ended);
      behind.delete(old);
      await old.remove();
      await delay(1_000);
    }
    const samples = await load.stop();
    over.abort();
    return [
      atLeast(REQUESTS, "", "questions", samples.length),
      none("of them failed", samples, ({ rows }) => rows === null),
      none(
        "of them answered wrongly",
        samples,
        ({ rows }) => rows !== null && JSON.stringify(rows) !== JSON.stringify(right),
      ),
      atMost(100, "ms", `until not ready, worst of ${codes.length} restarts`, Math.max(...noticedMs)),
      never("restarts with another exit code than 0", codes.filter((code) => code !== 0).length),
      none("asked again because their kept connection had been closed", samples, ({ isRepeated }) => isRepeated),
    ];
  },
};
