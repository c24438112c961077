/**
 * `npm run test:soak [-- --minutes 20] [--json FILE]`: a server under half of the load that it can bear, with all that people
 * ask and do at once, and what it holds on to meanwhile: heap after a collection of garbage, descriptors, listeners.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Figure, printFigures } from "../bench/report.ts";
import {
  type Answer,
  type Assay,
  atMost,
  definitions,
  never,
  startAssay,
  startDatabase,
  startLoad,
  undo,
  until,
} from "../tests/faults/support.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "20" }, json: { type: "string" } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error("--minutes is a number above 0.");

/** Until connections that nobody uses are closed, and what its callers left has ended. */
const IDLE_MS = 7_000;
/** Between two looks at the memory. */
const ROUND_MS = 50_000;
const INSIDE = path.join(import.meta.dirname, "../tests/faults/inside/memory.ts");
const DEFINITIONS = definitions({ cache: "{ ttl: 5 s, stale: 5 s }", naps: [1] });

interface Look {
  readonly minute: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly descriptors: number;
  readonly listeners: number;
}

const database = await startDatabase();
const assay = await startAssay({
  warehouse: database.url,
  definitions: DEFINITIONS,
  nodeFlags: ["--expose-gc", "--import", INSIDE],
});
try {
  const saturation = await saturationOf(assay);
  console.error(`Saturation: ${saturation.toFixed(0)} requests a second.`);
  printFigures(await soak(assay, saturation / 2), values.json);
} finally {
  await undo([() => database.stop(), () => assay.remove()]);
}

/** What 32 callers get who ask one thing after the other. */
async function saturationOf(server: Assay): Promise<number> {
  const [warmUpMs, measuredMs] = [10_000, 20_000];
  const startedAt = performance.now();
  let answered = 0;
  let n = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      const elapsed = performance.now() - startedAt;
      if (elapsed > warmUpMs + measuredMs) return;
      await ask(server, (n += 1));
      if (elapsed > warmUpMs) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, caller));
  return (answered / measuredMs) * 1_000;
}

async function soak(server: Assay, perSecond: number): Promise<readonly Figure[]> {
  const looks: Look[] = [];
  const startedAt = performance.now();
  const minute = () => (performance.now() - startedAt) / 60_000;
  let requests = 0;
  let unexpected = 0;
  for (let round = 0; minute() < minutes; round += 1) {
    const before = requests;
    const load = startLoad(perSecond, async (n) => {
      const { answer, isExpected } = await ask(server, before + n);
      if (!isExpected) {
        unexpected += 1;
        console.error(
          `Unexpected, of kind ${(before + n) % 100}: ${answer.status} ${answer.code} ${answer.text.slice(0, 200)}`,
        );
      }
      return { ...answer, text: "", rows: null, headers: {} };
    });
    await delay(ROUND_MS / 2);
    reload(server, round);
    await delay(ROUND_MS / 2);
    requests += (await load.stop()).length;
    const look = { minute: minute(), ...(await lookAt(server)) };
    looks.push(look);
    console.error(
      Object.entries(look)
        .map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`)
        .join(", "),
    );
  }
  const first = looks.filter((look) => look.minute > minutes / 4);
  const [begin, end] = [first[0], first.at(-1)];
  if (!begin || !end) throw new Error("It was too short to tell anything.");
  const slope = (of: keyof Look) => slopeOf(first.map((look) => [look.minute, look[of]])) * 10;
  const measure = (name: string, value: number, unit: string): Figure => ({
    name,
    value,
    unit,
    target: null,
    better: "lower",
  });
  return [
    atMost(1, "MB", "heap after garbage collection, growth in 10 minutes", slope("heapMb")),
    atMost(0.5, "", "open descriptors, growth in 10 minutes", slope("descriptors")),
    never("listeners of the process more than after a quarter of the time", end.listeners - begin.listeners),
    never("warnings of listeners that leak", server.log().split("MaxListenersExceededWarning").length - 1),
    never("answers other than they should be", unexpected),
    never("process exits", server.hasEnded() ? 1 : 0),
    measure("heap at the end", end.heapMb, "MB"),
    measure("memory of the process, growth in 10 minutes", slope("rssMb"), "MB"),
    measure("memory of the process at the end", end.rssMb, "MB"),
    measure("open descriptors at the end", end.descriptors, ""),
    measure("requests", requests, ""),
    measure("requests a second", requests / end.minute / 60, ""),
    measure("minutes", end.minute, "min"),
  ];
}

/** Of a hundred requests: half may be answered from memory, a quarter never are, and all else that happens. */
async function ask(server: Assay, n: number): Promise<{ readonly answer: Answer; readonly isExpected: boolean }> {
  const kind = n % 100;
  if (kind < 50) return expecting(() => server.ask({ metrics: ["revenue"], limit: 1 + (n % 20) }), 200);
  if (kind < 75) {
    const groupBy = [{ name: "live_order__region" }];
    return expecting(() => server.ask({ metrics: ["live_revenue"], groupBy, limit: 1 + (n % 9_000) }), 200, 503);
  }
  if (kind < 78) return expecting(() => server.ask({ metrics: ["no_such_metric"] }), 200);
  if (kind < 81) return expecting(() => graphql(server, `{ query(input: { metrics: [${n}] }) { rows `), 200);
  if (kind < 84) return expecting(() => server.send("GET", `/nowhere/${n}`), 404);
  if (kind < 88) {
    // Who asks leaves, and the statement ends.
    const signal = AbortSignal.timeout(200);
    return expecting(() => server.ask({ metrics: ["nap_1"], limit: 1 + (n % 9_000) }, { signal }), 0, 503);
  }
  if (kind < 90) {
    const document = `{ query(waitMs: 0, input: { metrics: ["live_revenue"], limit: ${1 + (n % 9_000)} }) {
      rows pending { queryId } } }`;
    return expecting(() => graphql(server, document), 200, 503);
  }
  if (kind < 95) {
    const format = ["csv", "arrow", "parquet", "json", "ndjson"][kind - 90];
    const where = `/v1/query?metrics=live_revenue&by=live_order__region&format=${format}`;
    return expecting(() => server.send("GET", where), 200, 503);
  }
  if (kind < 97) return expecting(() => graphql(server, `{ a${n}: __typename }`), 200);
  if (kind < 99) return expecting(() => server.send("GET", "/health/ready"), 200);
  return expecting(() => server.send("GET", "/metrics"), 200);
}

async function expecting(asking: () => Promise<Answer>, ...statuses: readonly number[]) {
  const first = await asking();
  // The server may close a connection that nobody uses at the moment when it is used again: every client asks once more.
  const answer = first.code === "ECONNRESET" && !statuses.includes(0) ? await asking() : first;
  return { answer, isExpected: statuses.includes(answer.status) };
}

function graphql(server: Assay, query: string): Promise<Answer> {
  return server.send("POST", "/graphql", JSON.stringify({ query }));
}

/** Other definitions, which take the place of those that are served. */
function reload({ metrics, child }: Assay, round: number): void {
  const text = DEFINITIONS["orders.yaml"] ?? "";
  writeFileSync(path.join(metrics, "orders.yaml"), text.replace("Money or orders.", `Money or orders, ${round}.`));
  child.kill("SIGHUP");
}

async function lookAt({ folder, child }: Assay): Promise<Omit<Look, "minute">> {
  const file = path.join(folder, "memory.json");
  rmSync(file, { force: true });
  await delay(IDLE_MS);
  child.kill("SIGUSR2");
  await until(() => existsSync(file));
  const { heapUsed, rss, listeners } = JSON.parse(readFileSync(file, "utf8"));
  const descriptors = readdirSync(`/proc/${child.pid}/fd`).length;
  return { heapMb: heapUsed / 2 ** 20, rssMb: rss / 2 ** 20, descriptors, listeners };
}

/** By least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
