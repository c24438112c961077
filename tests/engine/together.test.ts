import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAuditLog } from "../../src/audit/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { type Answer, createEngine, createQuotas, type Engine, type QueryEvent } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { shopCatalog } from "../support/shop.ts";
import { SHOPS, type Watched, watched } from "./support.ts";

const catalog = shopCatalog();
const byCountry = [{ name: "customer__country" }];
const byMonth = [{ name: "metric_time", grain: "month" }];

/** Rows, totals and two breakdowns of orders alone. */
const OF_ORDERS: readonly QueryRequest[] = [
  { metrics: ["revenue", "orders"], groupBy: [...byMonth, { name: "order__status" }] },
  { metrics: ["revenue", "orders"] },
  {
    metrics: ["revenue"],
    groupBy: [{ name: "order__status" }],
    orderBy: [{ name: "revenue", direction: "desc" }],
    limit: 2,
  },
  { metrics: ["buyers"], groupBy: byMonth, where: ["order__status = 'ok'"] },
];

function answersOf(all: readonly (Answer | Error)[]): readonly Answer[] {
  return all.map((one) => {
    if (one instanceof Error) throw one;
    return one;
  });
}

function errorsOf(all: readonly (Answer | Error)[]): readonly (string | null)[] {
  return all.map((one) => (one instanceof Refusal ? one.code : one instanceof Error ? one.message : null));
}

describe.each(["duckdb", "postgres"] as const)("questions asked together on %s", (name) => {
  let inner: Warehouse;
  beforeAll(async () => {
    inner = await SHOPS[name]();
  });
  afterAll(() => inner.close());

  function opened(): Watched & { readonly engine: Engine } {
    const watch = watched(inner);
    return { ...watch, engine: createEngine({ catalog, warehouse: watch.warehouse }) };
  }

  test("rows, their totals and breakdowns are one statement, and each is what it would be alone", async () => {
    const { engine, texts } = opened();
    const together = answersOf(await engine.queryAll(OF_ORDERS, OPERATOR));
    expect(texts).toHaveLength(1);
    for (const [i, request] of OF_ORDERS.entries()) {
      const alone = await engine.query(request, OPERATOR);
      expect(together[i]).toMatchObject({
        columns: alone.columns,
        rows: alone.rows,
        hasNextPage: alone.hasNextPage,
        provenance: { metrics: alone.provenance.metrics, statement: alone.provenance.statement, questions: 4 },
      });
    }
    expect(together.map(({ hasNextPage }) => hasNextPage)).toEqual([false, false, true, false]);
  });

  test("the source of rows, totals and breakdowns is scanned once", async () => {
    const { engine, statements } = opened();
    // The fourth has a condition of its own, which the rows of the others must not lose.
    await engine.queryAll(OF_ORDERS.slice(0, 3), OPERATOR);
    const [statement] = statements;
    if (!statement) throw new Error("Nothing ran.");
    const plan = await readAll(await inner.execute({ ...statement, text: `explain ${statement.text}` }));
    expect(JSON.stringify(plan).match(/SEQ_SCAN|Seq Scan/g)).toHaveLength(1);
  });

  test("twenty spellings of one question are one statement, and those that are equal are one question", async () => {
    const { engine, texts } = opened();
    const aliases = Array.from({ length: 20 }, (_, i): QueryRequest => {
      return { metrics: [{ name: "revenue", as: `r${i % 10}` }], groupBy: byCountry };
    });
    const answers = answersOf(await engine.queryAll(aliases, OPERATOR));
    expect(texts).toHaveLength(1);
    expect(answers.map(({ columns }) => columns[1]?.name)).toEqual(aliases.map((_, i) => `r${i % 10}`));
    expect(new Set(answers.map(({ rows }) => JSON.stringify(rows))).size).toBe(1);
    expect(answers[0]?.rows).toHaveLength(3);
    expect(answers[3]).toBe(answers[13]);
    expect(new Set(answers.map(({ provenance }) => provenance.queryId)).size).toBe(10);
  });

  test("what reads other sources is a statement of its own, run at the same time", async () => {
    const watch = opened();
    const letGo = watch.hold();
    const asked = watch.engine.queryAll(
      [{ metrics: ["revenue"] }, { metrics: ["visit_to_buy"] }, { metrics: ["orders"] }],
      OPERATOR,
    );
    await expect.poll(() => watch.texts.length).toBe(2);
    letGo();
    const answers = answersOf(await asked);
    expect(answers.map(({ provenance }) => provenance.questions)).toEqual([2, 1, 2]);
    expect(watch.texts).toHaveLength(2);
    expect(watch.atOnce()).toBe(2);
  });

  test("questions that share a source through a third are together; a calendar is shared by all and ties nothing", async () => {
    const { engine, texts } = opened();
    const countries = { metrics: ["revenue"], groupBy: byCountry };
    const customers = { groupBy: [{ name: "customer__segment" }] };
    const visits = { metrics: ["visits"], groupBy: byMonth };
    const answers = answersOf(await engine.queryAll([{ metrics: ["orders"] }, customers, countries, visits], OPERATOR));
    expect(answers.map(({ provenance }) => provenance.questions)).toEqual([3, 3, 3, 1]);
    expect(texts).toHaveLength(2);
  });

  test("a question that is refused leaves the others their answers", async () => {
    const { engine, texts } = opened();
    const answers = await engine.queryAll(
      [{ metrics: ["revenue"] }, { metrics: ["revenu"] }, { metrics: ["orders"], groupBy: [{ name: "nowhere" }] }],
      OPERATOR,
    );
    expect(errorsOf(answers)).toEqual([null, "UNKNOWN_METRIC", "UNKNOWN_GROUP_BY"]);
    expect(texts).toHaveLength(1);
  });

  test("a question whose data is at fault fails alone", async () => {
    const { engine } = opened();
    const answers = await engine.queryAll(
      [
        { metrics: ["orders"] },
        { metrics: ["revenue"], where: ["cast(order__status as int) > 1"] },
        { metrics: ["revenue"] },
      ],
      OPERATOR,
    );
    expect(answers[0]).toMatchObject({ rows: [["8"]] });
    expect(answers[1]).toMatchObject({ name: "WarehouseError", kind: "not-convertible" });
    expect(answers[2]).toMatchObject({ rows: [["280"]] });
  });

  test("the limits hold for each question, and not for all of them together", async () => {
    const watch = watched(inner);
    const engine = createEngine({ catalog, warehouse: watch.warehouse, limits: { maxRows: 3, maxBytes: 200 } });
    const three = { metrics: ["revenue"], groupBy: byCountry };
    const eight = { metrics: ["orders"], groupBy: [{ name: "order" }] };
    const fits = await engine.queryAll([three, { metrics: ["orders"], groupBy: byCountry }], OPERATOR);
    expect(errorsOf(fits)).toEqual([null, null]);
    expect(watch.texts).toHaveLength(1);
    expect(errorsOf(await engine.queryAll([three, eight, { metrics: ["orders"] }], OPERATOR))).toEqual([
      null,
      "LIMIT_EXCEEDED",
      null,
    ]);
    const page = { ...eight, limit: 3 };
    const paged = await engine.queryAll([page, three], OPERATOR);
    expect(paged[0]).toMatchObject({ hasNextPage: true, rows: [[], [], []].map(() => expect.anything()) });
  });
});

describe("what is kept of questions asked together", () => {
  let inner: Warehouse;
  beforeAll(async () => {
    inner = await SHOPS.duckdb();
  });
  afterAll(() => inner.close());

  test("each has its line, its event and its share of the bytes, which add up to the statement's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-audit-"));
    const audit = await openAuditLog({ folder, writer: "w", onFailure: "closed", rotateBytes: 1e6, keepDays: 400 });
    const events: QueryEvent[] = [];
    const { warehouse, origins } = watched(inner, 1_003);
    const engine = createEngine({ catalog, warehouse, audit, onQuery: (event) => events.push(event) });
    const answers = await engine.queryAll([...OF_ORDERS, { metrics: ["nothing"] }], OPERATOR);
    await audit.close();
    const lines = readdirSync(folder)
      .filter((file) => file.endsWith(".jsonl"))
      .flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split("\n"))
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === "question")
      .map(({ record }) => record);
    rmSync(folder, { recursive: true });
    const answered = answers.flatMap((one) => (one instanceof Error ? [] : [one]));
    expect(lines).toHaveLength(5);
    for (const { provenance, rows } of answered) {
      const line = lines.find(({ queryId }) => queryId === provenance.queryId);
      expect(line).toMatchObject({ outcome: "answered", rows: rows.length, bytes: provenance.bytesProcessed });
      const event = events.find(({ queryId }) => queryId === provenance.queryId);
      expect(event).toMatchObject({ outcome: "answered", rows: rows.length, bytesBilled: provenance.bytesBilled });
    }
    expect(lines.filter(({ outcome }) => outcome === "refused")).toMatchObject([{ code: "UNKNOWN_METRIC" }]);
    expect(new Set(lines.filter(({ sqlHash }) => sqlHash).map(({ sqlHash }) => sqlHash)).size).toBe(1);
    const shares = answered.map(({ provenance }) => provenance.bytesProcessed ?? 0);
    expect(shares.toSorted((a, b) => a - b)).toEqual([250, 251, 251, 251]);
    expect(origins).toHaveLength(1);
    expect(origins[0]?.metrics).toEqual(expect.arrayContaining(["revenue", "orders", "buyers"]));
  });

  test("a statement is one question under way, whatever it answers, and its bytes count once", async () => {
    const quotas = createQuotas({ everybody: { concurrentQuestions: 1, bytesPerHour: 1_500 }, byRole: new Map() });
    const { warehouse } = watched(inner, 1_000);
    const engine = createEngine({ catalog, warehouse, quotas });
    expect(errorsOf(await engine.queryAll(OF_ORDERS, OPERATOR))).toEqual([null, null, null, null]);
    expect(errorsOf(await engine.queryAll(OF_ORDERS, OPERATOR))).toEqual([null, null, null, null]);
    expect(errorsOf(await engine.queryAll(OF_ORDERS, OPERATOR))).toEqual(OF_ORDERS.map(() => "QUOTA_EXCEEDED"));
  });

  test("the rows of every question count", async () => {
    const quotas = createQuotas({ everybody: { rowsPerHour: 6 }, byRole: new Map() });
    const engine = createEngine({ catalog, warehouse: inner, quotas });
    const twice = [
      { metrics: ["revenue"], groupBy: byCountry },
      { metrics: ["orders"], groupBy: byCountry },
    ];
    expect(errorsOf(await engine.queryAll(twice, OPERATOR))).toEqual([null, null]);
    expect(errorsOf(await engine.queryAll([{ metrics: ["orders"] }], OPERATOR))).toEqual(["QUOTA_EXCEEDED"]);
  });

  test("an answer names the versions and certification of what it rests on, inputs included", async () => {
    const engine = createEngine({ catalog, warehouse: inner });
    const { provenance } = await engine.query({ metrics: ["net"] }, OPERATOR);
    expect(provenance.uses.map(({ name }) => name)).toEqual(provenance.metrics);
    expect(provenance.uses).toContainEqual({
      name: "net",
      version: 1,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      certification: "none",
    });
  });
});
