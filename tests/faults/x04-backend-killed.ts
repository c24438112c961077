import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { Fault } from "./fault.ts";
import { atMost, definitions, never, none, startAssay, startDatabase, startLoad, until } from "./support.ts";

const PER_SECOND = 40;

export const fault: Fault = {
  id: "X04",
  name: "A process of the database is killed under load",
  injection: `SIGKILL for the PostgreSQL process that runs a statement, three times, under ${PER_SECOND} questions a second; PostgreSQL then drops all connections and recovers`,
  promise:
    "The server stays. What was under way fails or is asked once more, and the first answer comes soon after PostgreSQL accepts connections.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const assay = open.adopt(
      await startAssay({ warehouse: database.url, definitions: definitions({ naps: [5] }) }),
      (it) => it.remove(),
    );
    const right = (await assay.ask({ metrics: ["live_revenue"] })).rows;
    const delaysMs: number[] = [];
    const victims = [];
    const load = startLoad(PER_SECOND, (n) => assay.ask({ metrics: ["live_revenue"], limit: 1 + n }));
    for (let kill = 0; kill < 3; kill += 1) {
      await delay(1_500);
      const victim = assay.ask({ metrics: ["nap_5"], limit: 1 + kill });
      await until(async () => (await database.activeWith("pg_sleep(5)")) === 1);
      const [row] = await database.sql<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(5)%' AND application_name = 'assay'",
      );
      if (!row) throw new Error("The statement has ended before it could be killed.");
      process.kill(row.pid, "SIGKILL");
      await until(async () => !(await accepts(database.url)), { everyMs: 1 });
      await until(() => accepts(database.url), { everyMs: 1 });
      const acceptsAt = performance.now();
      await until(
        () => load.samples.some(({ rows, atMs }) => rows !== null && load.startedAt + atMs > acceptsAt - 50),
        { everyMs: 1 },
      );
      const first = load.samples
        .filter(({ rows, atMs, ms }) => rows !== null && load.startedAt + atMs + ms > acceptsAt)
        .map(({ atMs, ms }) => load.startedAt + atMs + ms - acceptsAt);
      delaysMs.push(Math.min(...first));
      victims.push(await victim);
    }
    await delay(500);
    const samples = await load.stop();
    const failed = samples.filter(({ rows }) => rows === null);
    return [
      atMost(1_000, "ms", "from PostgreSQL accepting to the first answer, worst of three", Math.max(...delaysMs)),
      none("wrong answers", samples, ({ rows }) => rows !== null && JSON.stringify(rows) !== JSON.stringify(right)),
      none("failures that are no answer", samples, ({ rows, code }) => rows === null && code !== "WAREHOUSE_ERROR"),
      none(
        "questions whose process was killed that never ended well or with an error",
        victims,
        ({ status }) => status === 0,
      ),
      never("process ended", assay.hasEnded() ? 1 : 0),
      { name: `of ${samples.length} questions failed`, value: failed.length, unit: "", target: null, better: "lower" },
    ];
  },
};

async function accepts(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 500, application_name: "outside" });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    void client.end().catch(() => undefined);
  }
}
