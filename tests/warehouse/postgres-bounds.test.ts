import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../scripts/embedded-postgres.ts";
import {
  type ExecuteOptions,
  openPostgres,
  openPostgresLoader,
  type PostgresOptions,
  readAll,
  type Warehouse,
} from "../../src/warehouse/index.ts";
import { type Proxy, startProxy } from "../support/proxy.ts";
import { until } from "../support/until.ts";

/** A server of its own, with little room: processes of it are killed. */
let server: EmbeddedPostgres;
let url: string;
beforeAll(async () => {
  server = await startEmbeddedPostgres(["max_connections=12", "superuser_reserved_connections=3"]);
  const admin = await openPostgresLoader(server.url("postgres"));
  await admin.run("CREATE ROLE reader LOGIN");
  await admin.close();
  url = server.url("postgres").replace("assay@", "reader@");
});
afterAll(() => server.stop());

const ENDLESS = "SELECT pg_sleep(3600)";
const unavailable = { name: "WarehouseError", kind: "unavailable" };

async function rowsOf(warehouse: Warehouse, text: string, options: ExecuteOptions = {}) {
  return readAll(await warehouse.execute({ text, values: [] }, options));
}

async function withWarehouse(options: PostgresOptions, use: (warehouse: Warehouse) => Promise<void>) {
  const warehouse = await openPostgres(url, options);
  try {
    await use(warehouse);
  } finally {
    await warehouse.close();
  }
  await untilTrue(async () => (await activity("usename = 'reader'")).length === 0);
}

/** What the server does, one line a client process: its number and its statement. */
async function activity(condition: string) {
  const watcher = await openPostgres(server.url("postgres"), { maxConnections: 1 });
  const text = `SELECT pid, query FROM pg_stat_activity WHERE backend_type = 'client backend' AND ${condition}`;
  const rows = await rowsOf(watcher, text);
  await watcher.close();
  return rows.map(([pid, query]) => ({ pid: Number(pid), query: String(query) }));
}

function running(text: string) {
  return activity(`state = 'active' AND usename = 'reader' AND query LIKE '%${text}%'`);
}

/** Of a server that may fail what is asked meanwhile. */
function untilTrue(claim: () => Promise<boolean>): Promise<void> {
  return until(() => claim().catch(() => false));
}

describe("bounds", () => {
  test("the server itself ends a statement soon after its deadline, should we be gone", () =>
    withWarehouse({ statementTimeoutMs: 60_000 }, async (warehouse) => {
      const allowed = async (options: ExecuteOptions) =>
        Number(String((await rowsOf(warehouse, "SHOW statement_timeout", options))[0]?.[0]).replace("ms", ""));
      const deadline = performance.now() + 5_432;
      const soon = await allowed({ deadline });
      // From when it was sent: later than `deadline` was made, and sooner than now.
      expect(soon).toBeGreaterThanOrEqual(deadline + 1_000 - performance.now());
      expect(soon).toBeLessThanOrEqual(6_432);
      expect(await rowsOf(warehouse, "SHOW statement_timeout")).toEqual([["1min"]]);
      expect(await rowsOf(warehouse, "SHOW statement_timeout", { deadline: performance.now() + 1e9 })).toEqual([
        ["1min"],
      ]);
    }));

  test("a deadline ends the statement in the server", () =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      const late = rowsOf(warehouse, ENDLESS, { deadline: performance.now() + 300 });
      await expect(late).rejects.toMatchObject({ kind: "timeout" });
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
      expect(await running("pg_sleep")).toEqual([]);
    }));

  test("a result with too many rows or bytes fails as a whole and ends in the server", () =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      const text = "SELECT repeat('x', 100), generate_series(1, 100000000)";
      await expect(rowsOf(warehouse, text, { limits: { maxRows: 5_000 } })).rejects.toMatchObject({
        kind: "too-large",
      });
      await expect(rowsOf(warehouse, text, { limits: { maxBytes: 500_000 } })).rejects.toMatchObject({
        kind: "too-large",
      });
      expect(await rowsOf(warehouse, "SELECT 1", { limits: { maxRows: 1, maxBytes: 1 } })).toEqual([["1"]]);
    }));
});

describe("who asks", () => {
  const origin = { requestId: "req-1", metrics: ["revenue", "orders"], principal: "a1b2", consumer: "graphql" };

  test("stands in front of the statement, for whoever looks at the server", () =>
    withWarehouse({}, async (warehouse) => {
      const text = "SELECT query, application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()";
      expect(await rowsOf(warehouse, text, { origin })).toEqual([
        [`/* assay request=req-1 consumer=graphql principal=a1b2 metrics=revenue,orders */\n${text}`, "assay"],
      ]);
      const estimate = await warehouse.dryRun({ text: "SELECT $1::bigint AS n", values: [1] }, { origin });
      expect(estimate).toMatchObject({ columns: [{ name: "n", type: "INT" }], rows: 1 });
    }));

  test.each(["*/ DROP TABLE x; --", "/* /* open", "\n-- ", "\0", "'\"$1", "é✓".repeat(150), "*\u2215/ */"])(
    "cannot end the comment: %j",
    (evil) =>
      withWarehouse({}, async (warehouse) => {
        const hostile = { requestId: evil, metrics: [evil, evil], principal: evil, consumer: evil };
        const result = await warehouse.execute(
          { text: "SELECT $1 || 'x'", values: [evil.replace("\0", "")] },
          { origin: hostile },
        );
        expect(await readAll(result)).toEqual([[`${evil.replace("\0", "")}x`]]);
        const [[seen] = []] = await rowsOf(
          warehouse,
          "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()",
          {
            origin: hostile,
          },
        );
        expect(String(seen)).toMatch(/^\/\* assay [A-Za-z0-9_.,:=\- ]* \*\/\nSELECT query/);
      }),
  );
});

describe("too much at once", () => {
  test("who waits too long is told, others get their turn, and no turn is lost", () =>
    withWarehouse({ maxConnections: 3, maxWaitMs: 400 }, async (warehouse) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 100 }, () => rowsOf(warehouse, "SELECT pg_sleep(0.1)")),
      );
      const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(failures.length).toBeGreaterThan(0);
      expect(failures.length).toBeLessThan(98);
      for (const failure of failures) expect(failure).toMatchObject({ name: "WarehouseError", kind: "busy" });
      const three = await Promise.all(
        [1, 2, 3].map(() => rowsOf(warehouse, "SELECT pg_backend_pid(), pg_sleep(0.05)")),
      );
      expect(new Set(three.map((rows) => rows[0]?.[0])).size).toBe(3);
    }));

  test("a server without room for more connections is busy, and serves again", () =>
    withWarehouse({ maxConnections: 50 }, async (warehouse) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 50 }, () => rowsOf(warehouse, "SELECT pg_sleep(0.3)")),
      );
      const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) expect(failure).toMatchObject({ name: "WarehouseError", kind: "busy" });
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));
});

describe("a server process that is killed", () => {
  test("fails what runs, without a retry, and the next statements work when the server has recovered", () =>
    withWarehouse({ maxConnections: 4 }, async (warehouse) => {
      const many = Array.from({ length: 4 }, () => failureOf(rowsOf(warehouse, ENDLESS)));
      await untilTrue(async () => (await running("pg_sleep")).length === 4);
      const [victim] = await running("pg_sleep");
      if (victim) process.kill(victim.pid, "SIGKILL");
      for (const failure of await Promise.all(many)) expect(failure).toMatchObject(unavailable);
      await untilTrue(async () => (await rowsOf(warehouse, "SELECT 1")).length === 1);
      expect(await running("pg_sleep")).toEqual([]);
    }));
});

describe("a server that says nothing any more", () => {
  async function throughProxy(options: PostgresOptions, use: (warehouse: Warehouse, proxy: Proxy) => Promise<void>) {
    const proxy = await startProxy(url);
    const warehouse = await openPostgres(proxy.url, options);
    try {
      await use(warehouse, proxy);
    } finally {
      proxy.set("pass");
      await warehouse.close();
      await proxy.close();
    }
  }

  test("holds a statement until its deadline and not longer, and its connection serves others again", () =>
    throughProxy({ maxConnections: 1 }, async (warehouse, proxy) => {
      const held = failureOf(rowsOf(warehouse, ENDLESS, { deadline: performance.now() + 3_000 }));
      await untilTrue(async () => (await running("pg_sleep")).length === 1);
      proxy.set("hold");
      expect(await held).toMatchObject({ kind: "timeout" });
      proxy.set("pass");
      await untilTrue(async () => (await rowsOf(warehouse, "SELECT 1")).length === 1);
      await untilTrue(async () => (await running("pg_sleep")).length === 0);
    }));

  test("is not asked any more, and statements are told at once, until it speaks again", () =>
    throughProxy({ maxConnections: 2, healthCheckMs: 100 }, async (warehouse, proxy) => {
      proxy.set("hold");
      const isGivenUp = async () => {
        const failure = await failureOf(rowsOf(warehouse, "SELECT 1", { deadline: performance.now() + 50 }));
        return failure instanceof Object && "kind" in failure && failure.kind === "unavailable";
      };
      await untilTrue(isGivenUp);
      proxy.set("pass");
      await untilTrue(async () => (await rowsOf(warehouse, "SELECT 1")).length === 1);
    }));
});

test("a program with idle connections outlives their loss, and ends by itself when all is closed", async () => {
  const program = `
    import { openPostgres, readAll } from ${JSON.stringify(new URL("../../src/warehouse/index.ts", import.meta.url))};
    const warehouse = await openPostgres(process.argv[1], { maxConnections: 3 });
    const ask = async (text) => readAll(await warehouse.execute({ text, values: [] }));
    await Promise.all([1, 2, 3].map(() => ask("SELECT pg_sleep(0.1)")));
    const admin = await openPostgres(process.argv[2]);
    // With the time that it may take: it waits until they have ended.
    const kill = "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE usename = 'reader'";
    await readAll(await admin.execute({ text: kill, values: [] }));
    await admin.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log((await ask("SELECT 'alive'"))[0][0]);
    await warehouse.close();`;
  const args = ["--input-type=module", "--eval", program, url, server.url("postgres")];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe("alive\n");
});

function failureOf(rows: Promise<unknown>): Promise<unknown> {
  return rows.then(
    () => null,
    (cause: unknown) => cause,
  );
}
