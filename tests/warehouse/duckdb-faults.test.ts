import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect, test } from "vitest";
import {
  createDuckDb,
  type ExecuteOptions,
  openDuckDb,
  readAll,
  type Warehouse,
  WarehouseError,
} from "../../src/warehouse/index.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(target: Warehouse, text: string, options?: ExecuteOptions) {
  return readAll(await target.execute({ text, values: [] }, options));
}

async function made(name: string, sql: string): Promise<string> {
  const path = join(folder, name);
  const file = await createDuckDb(path);
  await file.run(sql);
  await file.close();
  return path;
}

test("an abort that races the end of a statement gives the whole answer or none, and never ends another's", async () => {
  const warehouse = await openDuckDb(":memory:");
  const text = "SELECT sum(i) FROM range(200000) r(i)";
  const answer = [["19999900000"]];
  const ends: unknown[] = [];
  let waitMs = 0;
  for (let round = 0; round < 300; round += 1) {
    const controller = new AbortController();
    const racing = rowsOf(warehouse, text, { signal: controller.signal }).catch((thrown: unknown) => thrown);
    const other = rowsOf(warehouse, text);
    await waited(waitMs);
    controller.abort();
    const end = await racing;
    ends.push(end);
    // On and on to about when it ends, however fast the machine is just now.
    waitMs = end instanceof WarehouseError ? waitMs * 1.2 + 0.02 : waitMs * 0.8;
    expect(await other).toEqual(answer);
    expect(await rowsOf(warehouse, text)).toEqual(answer);
  }
  const aborted = ends.filter((end) => end instanceof WarehouseError && end.kind === "aborted");
  const answered = ends.filter((end) => isDeepStrictEqual(end, answer));
  expect([...aborted, ...answered]).toHaveLength(ends.length);
  expect(Math.min(aborted.length, answered.length)).toBeGreaterThan(0);
  await warehouse.close();
});

/** Finer than a timer, and without holding up what runs. */
async function waited(ms: number): Promise<void> {
  const until = performance.now() + ms;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < until);
}

test("a statement that needs more memory than there is says so, and the next one works", async () => {
  const path = await made("small.duckdb", "CREATE TABLE t AS SELECT i FROM range(1000) r(i)");
  const warehouse = await openDuckDb(path, { memoryLimit: "32MB", threads: 1 });
  const text = "SELECT list(repeat('x', 100) || i) FROM range(10000000) r(i)";
  for (let turn = 0; turn < 3; turn += 1) {
    await expect(rowsOf(warehouse, text)).rejects.toMatchObject({
      name: "WarehouseError",
      kind: "too-large",
      message: "The statement needs more memory than the warehouse may use.",
      cause: expect.any(Error),
    });
    expect(await rowsOf(warehouse, "SELECT sum(i) FROM t")).toEqual([["499500"]]);
  }
  await warehouse.close();
});

/** Does not fit into 32 MB, and gives 1 + 2 + … + 600000. */
const LARGE_SORT =
  "SELECT sum(i) FROM (SELECT i, md5(i::VARCHAR) AS s FROM range(600001) r(i) ORDER BY s LIMIT 600001)";

test("databases that are open at once do not share what they put on disk, nor leave it there", async () => {
  const options = { memoryLimit: "32MB", threads: 1 };
  const databases = [await openDuckDb(":memory:", options), await openDuckDb(":memory:", options)];
  const folders: string[] = [];
  for (const database of databases) {
    const [row] = await rowsOf(database, "SELECT current_setting('temp_directory')");
    folders.push(String(row?.[0]));
  }
  expect(new Set(folders).size).toBe(2);
  let written = 0;
  const watch = setInterval(() => {
    written = Math.max(written, ...folders.map((name) => readdirSync(name).length));
  }, 5);
  const sorts = await Promise.all(databases.map((database) => rowsOf(database, LARGE_SORT)));
  clearInterval(watch);
  expect(sorts).toEqual([[["180000300000"]], [["180000300000"]]]);
  expect(written).toBeGreaterThan(0);
  for (const name of folders) expect(statSync(name).mode & 0o077, "what others may do there").toBe(0);
  for (const database of databases) await database.close();
  expect(folders.filter((name) => existsSync(name))).toEqual([]);
  expect(existsSync(".tmp")).toBe(false);
});

test("a file that is deleted while it is open answers on until it is closed", async () => {
  const path = await made("deleted.duckdb", "CREATE TABLE t AS SELECT i, md5(i::VARCHAR) AS s FROM range(100000) r(i)");
  const warehouse = await openDuckDb(path);
  unlinkSync(path);
  expect(await rowsOf(warehouse, "SELECT count(*), count(DISTINCT s) FROM t")).toEqual([["100000", "100000"]]);
  await warehouse.close();
  await expect(openDuckDb(path)).rejects.toMatchObject({ message: `There is no DuckDB file "${path}".` });
});

test("a file that is damaged while it is open gives no wrong answer, and the process lives", async () => {
  const path = await made("damaged.duckdb", "CREATE TABLE t AS SELECT i, md5(i::VARCHAR) AS s FROM range(100000) r(i)");
  const warehouse = await openDuckDb(path);
  writeFileSync(path, Buffer.alloc(4096), { flag: "r+" });
  writeFileSync(path, "gone");
  await expect(rowsOf(warehouse, "SELECT count(DISTINCT s) FROM t")).rejects.toMatchObject({
    name: "WarehouseError",
    kind: "unavailable",
  });
  await warehouse.close();
});

test("of two statements at once one is aborted and the other answers, round after round", async () => {
  const warehouse = await openDuckDb(":memory:");
  const endless = "SELECT count(*) FROM range(100000000000000) r(i) WHERE hash(i) % 7 = 3";
  for (let round = 0; round < 30; round += 1) {
    const controller = new AbortController();
    const aborted = rowsOf(warehouse, endless, { signal: controller.signal });
    const answered = rowsOf(warehouse, "SELECT count(*) FROM range(300000) r(i) WHERE hash(i) % 2 < 2");
    setTimeout(() => controller.abort(), round % 5);
    await expect(aborted).rejects.toMatchObject({ kind: "aborted" });
    expect(await answered).toEqual([["300000"]]);
  }
  await warehouse.close();
});
