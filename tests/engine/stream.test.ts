import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AuditLog, openAuditLog } from "../../src/audit/index.ts";
import { type AnswerStream, createEngine, createQuotas, type Engine, type QueryEvent } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { openPostgresLoader, openWarehouse, type Row, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { catalogFrom } from "../support/shop.ts";

const ROWS = 50_000;
const catalog = catalogFrom(`project: numbers
---
model: numbers
description: Many rows, of which the one before the last is no number.
owner: data
table: numbers
primary_key: n
columns: { n: int, word: string }
entities: { number: { type: primary, key: n } }
dimensions:
  as_number: { expr: "cast(word as int)", type: categorical, data_type: int }
measures:
  total: { agg: sum, expr: n }
---
metric: total
description: All of them.
owner: data
model: numbers
measure: total
`);
const SEED = `create table numbers as select n, case when n = ${ROWS - 1} then 'none' else cast(n as text) end as word from generate_series(1, ${ROWS}) as all_numbers(n)`;

const OPEN: Readonly<Record<"duckdb" | "postgres", () => Promise<Warehouse>>> = {
  async duckdb() {
    const warehouse = await openWarehouse("duckdb::memory:");
    await readAll(await warehouse.execute({ text: SEED, values: [] }));
    return warehouse;
  },
  async postgres() {
    const url = await emptyPostgres();
    const loader = await openPostgresLoader(url);
    await loader.run(SEED);
    await loader.close();
    return openWarehouse(url);
  },
};

const all = { metrics: ["total"], groupBy: [{ name: "number" }] };

describe.each(["duckdb", "postgres"] as const)("rows that are handed on as they come from %s", (name) => {
  let inner: Warehouse;
  let folder: string;
  let audit: AuditLog;
  let events: QueryEvent[];
  let engine: Engine;
  let taken: number;
  let isLeft: boolean;

  beforeAll(async () => {
    inner = await OPEN[name]();
  });
  afterAll(() => inner.close());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-audit-"));
    audit = await openAuditLog({ folder, writer: "w", onFailure: "closed", rotateBytes: 1, keepDays: 400 });
    [events, taken, isLeft] = [[], 0, false];
    const warehouse: Warehouse = {
      ...inner,
      async execute(statement, options) {
        const { batches, ...result } = await inner.execute(statement, options);
        async function* counted() {
          let isWhole = false;
          try {
            for await (const batch of batches) {
              taken += batch.length;
              yield batch;
            }
            isWhole = true;
          } finally {
            isLeft = !isWhole;
          }
        }
        return { ...result, batches: counted() };
      },
    };
    const quotas = createQuotas({ everybody: { concurrentQuestions: 1 }, byRole: new Map() });
    engine = createEngine({ catalog, warehouse, audit, quotas, onQuery: (event) => events.push(event) });
    return async () => {
      await audit.close();
      rmSync(folder, { recursive: true, force: true });
    };
  });

  function lines(): readonly unknown[] {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".jsonl"))
      .flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split("\n"))
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === "question")
      .map(({ record: { queryId, outcome, code, rows } }) => ({ queryId, outcome, code, rows }));
  }

  async function isFree(): Promise<boolean> {
    const [answer] = await engine.queryAll([{ metrics: ["total"] }], OPERATOR);
    return !(answer instanceof Error);
  }

  test("are all there in order, and on record before the first and after the last", async () => {
    const { columns, batches, provenance } = await engine.stream(all, OPERATOR);
    const { queryId } = provenance;
    expect(columns.map(({ name: column }) => column)).toEqual(["number", "total"]);
    expect(lines()).toEqual([{ queryId, outcome: "streaming", code: null, rows: 0 }]);
    let rows = 0;
    let previous = 0;
    for await (const batch of batches) {
      for (const [n] of batch) {
        expect(Number(n)).toBeGreaterThan(previous);
        previous = Number(n);
      }
      rows += batch.length;
    }
    expect(rows).toBe(ROWS);
    expect(lines()[1]).toEqual({ queryId, outcome: "answered", code: null, rows: ROWS });
    expect(events).toMatchObject([{ queryId, outcome: "answered", rows: ROWS }]);
    expect(await isFree()).toBe(true);
  });

  test("wait for whoever takes them, and end when nobody wants more", async () => {
    const { batches } = await engine.stream(all, OPERATOR);
    let rows = 0;
    for await (const batch of batches) {
      rows += batch.length;
      break;
    }
    expect(taken).toBeLessThan(ROWS / 2);
    expect(isLeft).toBe(true);
    expect(lines()).toMatchObject([{ outcome: "streaming" }, { outcome: "refused", code: "CANCELLED", rows }]);
    expect(events).toMatchObject([{ outcome: "refused", code: "CANCELLED", rows }]);
    expect(await isFree()).toBe(true);
  });

  test("that nobody has begun to take are given up too", async () => {
    const { batches } = await engine.stream(all, OPERATOR);
    await batches[Symbol.asyncIterator]().return?.();
    expect(isLeft).toBe(true);
    expect(await isFree()).toBe(true);
  });

  test("end with an error where the data is at fault, and are on record as far as they came", async () => {
    const { failure, rows } = await drained(engine.stream({ groupBy: [{ name: "number__as_number" }] }, OPERATOR));
    expect(failure).toMatchObject({ name: "WarehouseError", kind: "not-convertible" });
    expect(lines().at(-1)).toMatchObject({ outcome: "failed", code: "WAREHOUSE_ERROR not-convertible", rows });
    expect(events).toMatchObject([{ outcome: "failed", rows }]);
    expect(await isFree()).toBe(true);
  });

  test("end with the signal of who asked", async () => {
    const caller = new AbortController();
    const { batches } = await engine.stream(all, OPERATOR, { signal: caller.signal });
    const taking = batches[Symbol.asyncIterator]();
    await taking.next();
    caller.abort();
    const rest = async () => {
      while (!(await taking.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ kind: "aborted" });
    expect(await isFree()).toBe(true);
  });

  test("are as many as the limits allow, with no row beyond the limit of the question", async () => {
    expect(await drained(engine.stream({ ...all, limit: 7 }, OPERATOR))).toEqual({ failure: null, rows: 7 });
    const strict = createEngine({ catalog, warehouse: inner, limits: { maxRows: 10_000 } });
    const { failure, rows } = await drained(strict.stream(all, OPERATOR));
    expect(failure).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(rows).toBeLessThanOrEqual(10_000);
  });

  test("do not leave where that cannot be recorded, nor look whole where their end cannot", async () => {
    const { batches } = await engine.stream({ ...all, limit: 7 }, OPERATOR);
    renameSync(folder, `${folder}-away`);
    const taken: Row[] = [];
    const take = async () => {
      for await (const batch of batches) taken.push(...batch);
    };
    await expect(take()).rejects.toMatchObject({ code: "AUDIT_UNAVAILABLE" });
    expect(taken).toHaveLength(7);
    await expect(engine.stream(all, OPERATOR)).rejects.toMatchObject({ code: "AUDIT_UNAVAILABLE" });
    renameSync(`${folder}-away`, folder);
    expect(await isFree()).toBe(true);
  });

  test("of a refused question are none", async () => {
    await expect(engine.stream({ metrics: ["nothing"] }, OPERATOR)).rejects.toMatchObject({ code: "UNKNOWN_METRIC" });
    expect(lines()).toMatchObject([{ outcome: "refused", code: "UNKNOWN_METRIC" }]);
    expect(await isFree()).toBe(true);
  });
});

/** Takes all rows: how many came, and what they ended with. */
async function drained(opening: Promise<AnswerStream>): Promise<{ failure: unknown; rows: number }> {
  let rows = 0;
  try {
    for await (const batch of (await opening).batches) rows += batch.length;
    return { failure: null, rows };
  } catch (failure) {
    return { failure, rows };
  }
}
