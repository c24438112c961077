import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, asyncProperty, constantFrom, string } from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type AuditLog, openAuditLog, verifyAuditLog } from "../../src/audit/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine, type Span } from "../../src/engine/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { principal, shopWith } from "../policy/support.ts";

const catalog = shopWith("policy: orders\nroles: { analyst: { rows: tenant = claim('tenant'), fields: all } }");
const ann = principal(["analyst"], { tenant: "T1" });

let warehouse: Warehouse;
let folder: string;
let audit: AuditLog;
let engine: Engine;

beforeAll(async () => {
  warehouse = await openWarehouse("duckdb::memory:");
  for (const text of [
    "create table orders (id int, tenant text, region text, buyer text, state text, day date, amount int, cost int)",
    "insert into orders values (1, 'T1', 'EMEA', 'ann', 'open', '2026-01-01', 10, 4), (2, 'T1', 'APAC', 'bob', 'done', '2026-01-02', 20, 5)",
  ]) {
    await readAll(await warehouse.execute({ text, values: [] }));
  }
});
afterAll(() => warehouse.close());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-audit-"));
  audit = await openAuditLog({ folder, writer: "w", onFailure: "closed", rotateBytes: 1, keepDays: 400 });
  engine = createEngine({ catalog, warehouse, audit });
  return async () => {
    await audit.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

function written(): string {
  const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
  return files
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("");
}

interface Written {
  readonly kind: string;
  readonly record: Readonly<Record<string, unknown>>;
}

function questions(): readonly Written["record"][] {
  const lines: readonly Written[] = written()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return lines.filter(({ kind }) => kind === "question").map(({ record }) => record);
}

async function refusedAs(request: Parameters<Engine["query"]>[0], who: Principal): Promise<string> {
  const thrown = await engine.query(request, who).catch((error: unknown) => error);
  return thrown instanceof Refusal ? thrown.code : String(thrown);
}

test("an answer is recorded: who, what, under which definitions and policies, and what it cost", async () => {
  const where = ["order__region in ('EMEA', 'APAC') and not order__status = 'lost'"];
  const groupBy = [{ name: "metric_time", grain: "month", as: "alias" }, { name: "order__region" }];
  const timeRange = { start: "2026-01-01" };
  const { provenance } = await engine.query({ metrics: ["margin"], groupBy, where, timeRange }, ann, {
    consumer: "sheets",
    document: "d0c",
    trace: span("4bf92f3577b34da6a3ce929d0e0e4736"),
  });
  expect(questions()).toEqual([
    {
      queryId: provenance.queryId,
      requestId: "4bf92f3577b34da6a3ce929d0e0e4736",
      principal: { kind: "user", issuer: "https://issuer.test", subject: "p", roles: ["analyst"] },
      policyDigest: expect.stringMatching(/^[0-9a-f]{32}$/),
      appliedPolicies: ["orders:analyst"],
      catalogVersion: catalog.version,
      consumer: "sheets",
      document: "d0c",
      metrics: [{ name: "margin", version: 1, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) }],
      dimensions: ["metric_time__month", "order__region"],
      filters: [
        { field: "order__region", operator: "in", values: 2 },
        { field: "order__status", operator: "=", values: 1 },
        { field: "metric_time", operator: "range", values: 1 },
      ],
      savedQuery: null,
      decision: "allow",
      outcome: "answered",
      code: null,
      source: provenance.servedBy,
      rows: 2,
      bytes: null,
      bytesBilled: null,
      cache: "none",
      ms: expect.any(Number),
      sqlHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
});

test("a refusal is recorded too, as a denial before it was allowed and as an outcome after it", async () => {
  expect(await refusedAs({ metrics: ["revenue"], groupBy: [{ name: "order__region" }] }, principal([]))).toBe(
    "UNKNOWN_METRIC",
  );
  const strict = createEngine({ catalog, warehouse, audit, limits: { maxRows: 1 } });
  await expect(strict.query({ metrics: ["revenue"], groupBy: [{ name: "order__region" }] }, ann)).rejects.toThrow(/./);
  expect(questions()).toMatchObject([
    { decision: "deny", outcome: "refused", code: "UNKNOWN_METRIC", dimensions: ["order__region"], sqlHash: null },
    { decision: "allow", outcome: "refused", code: "LIMIT_EXCEEDED", appliedPolicies: ["orders:analyst"] },
  ]);
});

test("a failure of the warehouse is recorded", async () => {
  await expect(engine.query({ metrics: ["members"] }, OPERATOR)).rejects.toThrow(/./);
  expect(questions()).toMatchObject([
    { principal: { kind: "operator" }, decision: "allow", outcome: "failed", code: "WAREHOUSE_ERROR missing" },
  ]);
});

test("a saved query is recorded with what it asks", async () => {
  await engine.query({ savedQuery: "revenue_by_region" }, ann);
  expect(questions()).toMatchObject([
    { savedQuery: "revenue_by_region", metrics: [{ name: "revenue" }], dimensions: ["order__region"] },
  ]);
});

test("a fingerprint is that of the definition and of those below it", async () => {
  await engine.query({ metrics: ["revenue", "cost", "margin"] }, ann);
  const other = createEngine({
    catalog: shopWith("policy: orders\nroles: { analyst: { rows: all, fields: all } }"),
    warehouse,
    audit,
  });
  await other.query({ metrics: ["revenue", "cost", "margin"] }, ann);
  const [first, second] = questions();
  expect(first?.["metrics"]).toEqual(second?.["metrics"]);
  expect(new Set(JSON.stringify(first?.["metrics"]).match(/[0-9a-f]{16}/g)).size).toBe(3);
});

test("no literal of a question, no claim and no value of an answer is ever in the log", async () => {
  const canary = "c4nary";
  const secrets = string({ minLength: 1, maxLength: 20 }).map((text) => `${canary}${text}${canary}`);
  const shapes = constantFrom(
    "order__region = $",
    "order__region in ('a', $) or order__status <> $",
    "lower(order__region) like $",
    "broken = $ and",
    "metric('revenue', 'buyer') > 3 and order__region = $",
  );
  await assert(
    asyncProperty(array(shapes, { minLength: 1, maxLength: 3 }), secrets, async (texts, secret) => {
      const quoted = `'${secret.replaceAll("'", "''")}'`;
      const where = texts.map((text) => text.replaceAll("$", () => quoted));
      const who = principal(["analyst"], { tenant: `${canary}-tenant` });
      const metrics = [{ name: "revenue", as: `as_${canary}`, where }, "nothing"];
      await refusedAs({ metrics: ["revenue"], where, groupBy: [{ name: "order__region" }] }, who);
      await refusedAs({ metrics, timeRange: { start: canary } }, who);
      await refusedAs({ metrics: ["revenue"], groupBy: [{ name: "order__region" }] }, ann);
    }),
    { numRuns: 40, seed: 5 },
  );
  const text = written();
  expect(questions().length).toBe(120);
  expect(text).not.toContain(canary);
  // Without the times of the lines: 2026-01-01T10:00 holds a T1 too.
  expect(JSON.stringify(questions())).not.toMatch(/EMEA|APAC|T1/);
});

test("long names of a refused caller are cut", async () => {
  await refusedAs(
    { metrics: ["x".repeat(100_000)], groupBy: Array.from({ length: 5_000 }, () => ({ name: "y" })) },
    ann,
  );
  expect(written().length).toBeLessThan(5_000);
  expect(questions()).toMatchObject([{ metrics: [{ name: `${"x".repeat(200)}… (100000 characters)` }] }]);
});

test("while the log cannot be written nothing is answered, and no statement runs once that is known", async () => {
  let ran = 0;
  const counting: Warehouse = {
    ...warehouse,
    execute: (statement, options) => {
      ran++;
      return warehouse.execute(statement, options);
    },
  };
  engine = createEngine({ catalog, warehouse: counting, audit });
  renameSync(folder, `${folder}-away`);
  expect(await refusedAs({ metrics: ["revenue"] }, ann)).toBe("AUDIT_UNAVAILABLE");
  expect(ran).toBe(1);
  expect(await refusedAs({ metrics: ["revenue"] }, ann)).toBe("AUDIT_UNAVAILABLE");
  expect(await refusedAs({ metrics: ["nothing"] }, ann)).toBe("AUDIT_UNAVAILABLE");
  expect(ran).toBe(1);
  renameSync(`${folder}-away`, folder);
  await engine.query({ metrics: ["revenue"] }, ann);
  expect(questions()).toHaveLength(1);
  expect((await verifyAuditLog({ folder })).findings.map(({ kind }) => kind)).toEqual(["gap"]);
});

function span(requestId: string): Span {
  const step: Span = { requestId, door: "graphql", begin: () => step, set() {}, end() {} };
  return step;
}
