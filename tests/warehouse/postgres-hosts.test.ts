import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  guarded,
  openPostgres,
  openPostgresLoader,
  type PostgresOptions,
  readAll,
  type Warehouse,
  WarehouseError,
} from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { type Pair, startPair } from "../support/postgres-replica.ts";
import { type Proxy, startProxy } from "../support/proxy.ts";
import { until } from "../support/until.ts";

let pair: Pair;
let isFailedOver = false;
beforeAll(async () => {
  pair = await startPair();
  await write("CREATE TABLE sales (id integer)");
});
afterAll(() => pair.stop());
beforeEach(async () => {
  if (isFailedOver) return;
  // A test that failed may have left them ended.
  await Promise.all([pair.primary.start(), pair.replica.start()]);
  await until(isLevel);
});

async function write(sql: string): Promise<void> {
  await writeTo(pair.primary.url, sql);
}

async function writeTo(url: string, sql: string): Promise<void> {
  const loader = await openPostgresLoader(url);
  await loader.run(sql);
  await loader.close();
}

/** Whether the replica answers and has all that the primary has. */
async function isLevel(): Promise<boolean> {
  const positions = await Promise.all(
    [pair.primary.url, pair.replica.url].map(async (url) => {
      const warehouse = await openPostgres(url);
      const text = `SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END`;
      const { rows } = await ask(warehouse, text);
      await warehouse.close();
      return rows[0]?.[0];
    }),
  ).catch(() => ["unreachable"]);
  return positions[0] === positions[1];
}

async function ask(warehouse: Warehouse, text = "SELECT count(*) FROM sales") {
  const result = await warehouse.execute({ text, values: [] });
  const rows = await readAll(result);
  return { rows, by: portOf(result.run.servedBy), dataAsOf: result.run.dataAsOf };
}

function portOf(url: string): string {
  return new URL(url).port;
}

/** How many statements with this text the server works on, or has just ended. */
async function countOn(url: string, text: string): Promise<number> {
  const warehouse = await openPostgres(url);
  const statement = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()";
  const rows = await readAll(await warehouse.execute({ text: statement, values: [`%${text}%`] }));
  await warehouse.close();
  return Number(rows[0]?.[0]);
}

/** On a replica it takes for ever, elsewhere it is answered. */
const ENDLESS_ON_REPLICA = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_sleep(3601)::text ELSE 'elsewhere' END";

/** Asks it, and waits until the replica works on it. The promise comes in a list: it is not waited for here. */
async function askedOfReplica(warehouse: Warehouse) {
  const running = ask(warehouse, ENDLESS_ON_REPLICA);
  await until(async () => (await countOn(pair.replica.url, "pg_sleep(3601)")) === 1);
  return [running] as const;
}

const primary = () => portOf(pair.primary.url);
const replica = () => portOf(pair.replica.url);

/** Behind a gate, as in a server, with some repetitions earned. */
async function withHosts(
  use: (warehouse: Warehouse) => Promise<void>,
  options: PostgresOptions = {},
  { first = pair.primary.url, second = pair.replica.url } = {},
) {
  const warehouse = guarded(await openPostgres(first, { replicas: [second], healthCheckMs: 100, ...options }));
  for (let i = 0; i < 60; i++) await ask(warehouse, "SELECT 1");
  try {
    await use(warehouse);
  } finally {
    await warehouse.close();
  }
}

describe("a replica that keeps up", () => {
  test("serves, says so, and how current its data is at least", () =>
    withHosts(async (warehouse) => {
      const before = Date.now();
      const { by, dataAsOf } = await ask(warehouse);
      expect(by).toBe(replica());
      expect(Date.parse(dataAsOf ?? "")).toBeLessThanOrEqual(Date.now());
      expect(Date.parse(dataAsOf ?? "")).toBeGreaterThan(before - 60_000);
    }));

  test("is current also while nobody writes", () =>
    withHosts(
      async (warehouse) => {
        const opened = Date.now();
        // The primary, which takes over for a moment where a look is slow, tells no age.
        await until(async () => Date.parse((await ask(warehouse)).dataAsOf ?? "") > opened + 1_500);
      },
      { maxReplicaLagMs: 1_000 },
    ));

  test("is found by what the servers say, in whatever order one URL names them", async () => {
    const both = `postgres://assay@127.0.0.1:${replica()},127.0.0.1:${primary()}/postgres`;
    const warehouse = await openPostgres(both);
    expect(warehouse.name).toBe(both.replace("assay@", ""));
    expect((await ask(warehouse)).by).toBe(replica());
    await warehouse.close();
  });

  test("the primary alone serves its own data, and says no age", async () => {
    const warehouse = await openPostgres(pair.primary.url);
    expect(await ask(warehouse)).toMatchObject({ by: primary(), dataAsOf: null });
    await warehouse.close();
  });
});

describe("hosts that are not of one database", () => {
  test("another cluster is refused by name, without credentials", async () => {
    const failing = openPostgres(pair.primary.url, { replicas: [await emptyPostgres()] });
    const failure = await failing.catch((cause: unknown) => cause);
    expect(failure).toMatchObject({
      kind: "unavailable",
      message: expect.stringMatching(/^postgres:\/\/127.*test_\d+ is not/),
    });
    const replicas = [(await emptyPostgres()).replace(/\w+$/, "postgres").replace("assay@", "assay:secret@")];
    const sameName = openPostgres(pair.primary.url, { replicas }).catch((cause: unknown) => cause);
    expect(await sameName).toMatchObject({ message: expect.stringContaining("is not of the same database") });
    expect(await sameName).not.toMatchObject({ message: expect.stringMatching(/secret|@/) });
  });

  test("another database of the same cluster is refused too", async () => {
    const failing = openPostgres(pair.primary.url, { replicas: [pair.replica.url.replace(/\w+$/, "template1")] });
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining("/template1 is not") });
  });
});

describe("a replica that falls behind", () => {
  const pause = async () => {
    await writeTo(pair.replica.url, "SELECT pg_wal_replay_pause()");
    const watcher = await openPostgres(pair.replica.url);
    await until(async () => (await ask(watcher, "SELECT pg_get_wal_replay_pause_state()")).rows[0]?.[0] === "paused");
    await watcher.close();
  };
  const resume = () => writeTo(pair.replica.url, "SELECT pg_wal_replay_resume()");
  afterEach(resume);

  test("tells the age of its data, never a younger one", () =>
    withHosts(async (warehouse) => {
      const [[before] = []] = (await ask(warehouse)).rows;
      await pause();
      await write("INSERT INTO sales VALUES (1)");
      const written = Date.now();
      for (let turn = 0; turn < 20; turn += 1) {
        const { by, rows, dataAsOf } = await ask(warehouse);
        expect([by, rows]).toEqual([replica(), [[before]]]);
        expect(Date.parse(dataAsOf ?? "")).toBeLessThanOrEqual(written);
        await delay(20);
      }
      await resume();
      await until(async () => Date.parse((await ask(warehouse)).dataAsOf ?? "") > written);
      expect((await ask(warehouse)).rows).toEqual([[String(Number(before) + 1)]]);
    }));

  test("counts what was committed without waiting for the disk as missing", async () => {
    await write("ALTER SYSTEM SET wal_writer_delay = '10s'");
    await write("SELECT pg_reload_conf()");
    onTestFinished(async () => {
      await write("ALTER SYSTEM RESET wal_writer_delay");
      await write("SELECT pg_reload_conf()");
    });
    await withHosts(async (warehouse) => {
      const [[before] = []] = (await ask(warehouse)).rows;
      await writeTo(`${pair.primary.url}?options=-c%20synchronous_commit%3Doff`, "INSERT INTO sales VALUES (2)");
      const written = Date.now();
      for (let turn = 0; turn < 30; turn += 1) {
        const { rows, dataAsOf } = await ask(warehouse);
        if (rows[0]?.[0] !== before) break;
        expect(Date.parse(dataAsOf ?? "")).toBeLessThanOrEqual(written);
        await delay(20);
      }
    });
  });

  test("beyond what is allowed is passed over, until it has caught up", () =>
    withHosts(
      async (warehouse) => {
        await pause();
        await write("INSERT INTO sales VALUES (1)");
        await until(async () => (await ask(warehouse)).by === primary());
        await resume();
        await until(async () => (await ask(warehouse)).by === replica());
      },
      { maxReplicaLagMs: 500 },
    ));
});

describe("a host that is lost", () => {
  test("a replica: no statement fails, others take over, and it serves again when it is back", () =>
    withHosts(async (warehouse) => {
      const served: string[] = [];
      const over = new AbortController();
      const readers = Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) {
          served.push((await ask(warehouse, "SELECT pg_sleep(0.01)")).by);
        }
      });
      await until(() => served.length > 20);
      await pair.replica.kill();
      await until(() => served.slice(-20).every((by) => by === primary()));
      await pair.replica.start();
      await until(() => served.at(-1) === replica());
      over.abort();
      await Promise.all(readers);
    }));

  test("while a statement runs there: it is run again elsewhere", () =>
    withHosts(async (warehouse) => {
      const [running] = await askedOfReplica(warehouse);
      await pair.replica.kill();
      expect(await running).toMatchObject({ by: primary(), rows: [["elsewhere"]] });
      await pair.replica.start();
    }));

  test("by a shutdown while a statement runs there: it is run again elsewhere", () =>
    withHosts(async (warehouse) => {
      const [running] = await askedOfReplica(warehouse);
      await pair.replica.stop();
      expect(await running).toMatchObject({ by: primary(), rows: [["elsewhere"]] });
      await pair.replica.start();
    }));

  test("in the middle of a result: it is an error, never a short or a mixed answer", () =>
    withHosts(async (warehouse) => {
      const text = "SELECT repeat('x', 1000), generate_series(1, 1000000)";
      const result = await warehouse.execute({ text, values: [] });
      expect(portOf(result.run.servedBy)).toBe(replica());
      await pair.replica.kill();
      await expect(readAll(result)).rejects.toMatchObject({ kind: "unavailable" });
      expect((await ask(warehouse)).by).toBe(primary());
      await pair.replica.start();
    }));

  test("the primary: replicas go on, and do not pretend to be current", () =>
    withHosts(
      async (warehouse) => {
        await pair.primary.kill();
        const lost = Date.now();
        await delay(1_500);
        const { by, dataAsOf } = await ask(warehouse);
        expect(by).toBe(replica());
        expect(Date.parse(dataAsOf ?? "")).toBeLessThanOrEqual(lost);
        await pair.primary.start();
      },
      { maxReplicaLagMs: 1_000 },
    ));

  test("all of them: each statement is told at once, and the next works when they are back", () =>
    withHosts(async (warehouse) => {
      await Promise.all([pair.primary.kill(), pair.replica.kill()]);
      await until(async () => (await failureOf(ask(warehouse))) !== null);
      const failures = await Promise.all(Array.from({ length: 100 }, () => failureOf(ask(warehouse))));
      for (const failure of failures) expect(failure).toMatchObject({ name: "WarehouseError", kind: "unavailable" });
      await pair.primary.start();
      await pair.replica.start();
      await until(async () => (await failureOf(ask(warehouse))) === null);
    }));
});

describe("a host that says nothing any more", () => {
  async function behindProxy(use: (warehouse: Warehouse, proxy: Proxy) => Promise<void>) {
    const proxy = await startProxy(pair.replica.url);
    const useIt = (warehouse: Warehouse) => use(warehouse, proxy).finally(() => proxy.set("pass"));
    try {
      await withHosts(useIt, {}, { second: proxy.url });
    } finally {
      await proxy.close();
    }
  }

  test("is left for another, also by the statements that wait for it", () =>
    behindProxy(async (warehouse, proxy) => {
      const [first] = await askedOfReplica(warehouse);
      proxy.set("hold");
      expect(await first).toMatchObject({ by: primary(), rows: [["elsewhere"]] });
      expect((await ask(warehouse)).by).toBe(primary());
      proxy.set("pass");
      await until(async () => (await ask(warehouse)).by === portOf(proxy.url));
    }));
});

describe("what is no fault of the host", () => {
  test.each([
    ["a wrong statement", "SELECT wrong", "missing"],
    ["one that takes too long", "SELECT pg_sleep(60)", "timeout"],
  ])("%s is not run again elsewhere", (_, text, kind) =>
    withHosts(
      async (warehouse) => {
        await expect(ask(warehouse, text)).rejects.toMatchObject({ kind });
        expect(await countOn(pair.primary.url, text)).toBe(0);
      },
      { statementTimeoutMs: 2_000 },
    ),
  );

  test("one that brings its server process down is not run again elsewhere", () =>
    withHosts(async (warehouse) => {
      const text =
        "SELECT pg_backend_pid(), pg_sleep(0.001), generate_series(1, 10000000000) LIMIT 1 OFFSET 1000000000";
      const failing = failureOf(ask(warehouse, text));
      const watcher = await openPostgres(pair.replica.url);
      const find = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%1000000000' AND state = 'active' LIMIT 1";
      let pid: unknown;
      await until(async () => {
        pid = (await ask(watcher, find)).rows[0]?.[0];
        return pid !== undefined;
      });
      process.kill(Number(pid), "SIGKILL");
      expect(await failing).toMatchObject({ kind: "unavailable" });
      await watcher.close();
      expect(await countOn(pair.primary.url, "generate_series")).toBe(0);
    }));

  test("one whose process an operator ends is not run again elsewhere", () =>
    withHosts(async (warehouse) => {
      const failing = failureOf(ask(warehouse, "SELECT pg_sleep(77)"));
      await until(async () => (await countOn(pair.replica.url, "pg_sleep(77)")) === 1);
      const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%sleep(77)'";
      await writeTo(pair.replica.url, end);
      expect(await failing).toMatchObject({ kind: "unavailable" });
      expect(await countOn(pair.primary.url, "pg_sleep(77)")).toBe(0);
    }));
});

/** Last: it changes who is who. */
test("after a failover the new primary serves, and the old one is not believed", async () => {
  isFailedOver = true;
  await pair.primary.kill();
  await writeTo(pair.replica.url, "SELECT pg_promote()");
  await withHosts(async (warehouse) => {
    await until(async () => (await failureOf(ask(warehouse))) === null);
    await until(async () => (await ask(warehouse)).dataAsOf === null);
    await writeTo(pair.replica.url, "INSERT INTO sales VALUES (99)");
    await pair.primary.start();
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await ask(warehouse, "SELECT count(*) FROM sales WHERE id = 99")).toEqual({
        by: replica(),
        rows: [["1"]],
        dataAsOf: null,
      });
      await delay(20);
    }
  });
});

test("nor is a replica that stayed on the history of before, however far it is", async () => {
  await pair.primary.stop();
  await pair.primary.start();
  await write("INSERT INTO sales SELECT 55 FROM generate_series(1, 200000)"); // what the new primary never had
  await pair.primary.stop();
  await pair.primary.startAlone();
  await withHosts(async (warehouse) => {
    for (let turn = 0; turn < 20; turn += 1) {
      expect((await ask(warehouse, "SELECT count(*) FROM sales WHERE id = 55")).rows).toEqual([["0"]]);
      await delay(20);
    }
  });
});

/** null when it does not fail. */
function failureOf(answer: Promise<unknown>): Promise<WarehouseError | null> {
  return answer.then(
    () => null,
    (cause: unknown) => {
      if (cause instanceof WarehouseError) return cause;
      throw cause;
    },
  );
}
