import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import {
  type Assay,
  atMost,
  definitions,
  never,
  none,
  startAssay,
  startDatabase,
  startLoad,
  until,
} from "./support.ts";

const CHANGES = 100;
const BURSTS = 20;
const STORMS = 2;

/** Collects garbage when told to, so that what is left is what is held. */
const COLLECTS = "data:text/javascript,process.on('SIGUSR2',()=>{gc();gc()})";

export const fault: Fault = {
  id: "X12",
  name: "A storm of reloads",
  injection: `\`assay serve --watch\` under 50 questions a second: ${CHANGES} changes of the definitions in 10 s, in ${BURSTS} bursts, ${STORMS} times, half of them by rename; garbage is collected before the heap is read`,
  promise:
    "What changes together is read once, the last change is served, nobody fails, and old definitions leave the memory.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({
        warehouse: database.url,
        definitions: definitions({ cache: "{ ttl: 1 s }" }),
        flags: ["--watch"],
        nodeFlags: ["--expose-gc", "--import", COLLECTS],
      }),
      (it) => it.remove(),
    );
    const load = startLoad(50, (n) => assay.ask({ metrics: ["revenue"], limit: 1 + (n % 5) }));
    const heaps: number[] = [];
    let change = 0;
    let unserved = 0;
    const reloads = async () => {
      const numbers = await assay.numbers();
      return (
        (numbers.get('assay_reloads_total{outcome="served"}') ?? 0) +
        (numbers.get('assay_reloads_total{outcome="refused"}') ?? 0)
      );
    };
    for (let storm = 0; storm < STORMS; storm += 1) {
      for (let burst = 0; burst < BURSTS; burst += 1) {
        for (let i = 0; i < CHANGES / BURSTS; i += 1) {
          write(assay, (change += 1));
          await delay(10);
        }
        await delay(10_000 / BURSTS - 10 * (CHANGES / BURSTS));
      }
      const last = `Change ${change}.`;
      await until(async () => (await described(assay)) === last, { withinMs: 10_000 }).catch(() => (unserved += 1));
      heaps.push(await heapAfterCollection(assay));
    }
    const count = await reloads();
    const samples = await load.stop();
    const [first = 0] = heaps;
    return [
      none("questions that failed", samples, ({ rows }) => rows === null),
      never("last changes that were not served within 10 s", unserved),
      atMost(1, "", "reloads for one burst of changes", count / (BURSTS * STORMS)),
      atMost(2, "MB", `heap after storm ${STORMS} over that after the first`, ((heaps.at(-1) ?? 0) - first) / 2 ** 20),
      { name: "heap after the first", value: first / 2 ** 20, unit: "MB", target: null, better: "lower" },
    ];
  },
};

function write(assay: Assay, change: number): void {
  const text = `metric: order_count\ndescription: Change ${change}.\nowner: shop\nmodel: orders\nmeasure: order_count\n`;
  const file = path.join(assay.metrics, "order_count.yaml");
  if (change % 2 === 0) return writeFileSync(file, text);
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

async function described(assay: Assay): Promise<string | undefined> {
  const body = JSON.stringify({ query: '{ metric(name: "order_count") { description } }' });
  const { text } = await assay.send("POST", "/graphql", body);
  const { data } = JSON.parse(text) as { data: { metric: { description: string } | null } | null };
  return data?.metric?.description;
}

async function heapAfterCollection(assay: Assay): Promise<number> {
  await delay(1_000);
  assay.child.kill("SIGUSR2");
  await delay(500);
  return (await assay.numbers()).get("nodejs_heap_size_used_bytes") ?? Number.NaN;
}
