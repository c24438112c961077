import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AuditLog, openAuditLog } from "../../src/audit/index.ts";
import { createTelemetry, openTracer, type Telemetry } from "../../src/telemetry/index.ts";
import { guarded } from "../../src/warehouse/index.ts";
import { type Api, startApi } from "../graphql/support.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { type Collector, lines, startCollector, type TracedSpan } from "./support.ts";

/** What the server itself says of the statements that run on it. */
const DEFINITIONS = `model: backends
label: Backends
table: pg_catalog.pg_stat_activity
primary_key: pid
columns: { pid: int, query: string }
entities: { backend: primary }
dimensions: { query: }
measures: { backends: count(*) }
---
metric: backends
label: Backends
description: Connections of the server.
owner: ops
model: backends
measure: backends
`;

const ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";
const QUERY = `{ query(input: { metrics: ["backends"], groupBy: [{ name: "backend__query" }] }) { rows provenance { queryId } } }`;

const folder = mkdtempSync(join(tmpdir(), "assay-one-id-"));
const log = lines();
let collector: Collector;
let telemetry: Telemetry;
let audit: AuditLog;
let api: Api;
beforeAll(async () => {
  writeFileSync(join(folder, "backends.yaml"), DEFINITIONS);
  collector = await startCollector();
  const tracer = await openTracer({ url: collector.url, headers: { "x-key": "k" }, ratio: 1 });
  telemetry = createTelemetry({ sink: log, tracer });
  audit = await openAuditLog({
    folder: join(folder, "audit"),
    writer: "test",
    onFailure: "closed",
    rotateBytes: 1e6,
    keepDays: 400,
  });
  api = await startApi(folder, await emptyPostgres(), {
    http: { telemetry, audit },
    engine: { audit, onQuery: telemetry.record },
    before: (warehouse) => guarded(warehouse),
  });
});
afterAll(async () => {
  await api.close();
  await collector.close();
});

test("one id leads from the answer through the log, the audit log and the trace to the statement", async () => {
  const { headers, text } = await api.http({
    headers: { traceparent: `00-${ID}-${CALLER}-01` },
    body: JSON.stringify({ query: QUERY }),
  });
  expect(headers["x-request-id"]).toBe(ID);
  const { rows, provenance } = JSON.parse(text).data.query;

  // The statement, as the server of PostgreSQL shows it.
  const statements = rows.map(([query]: [string | null]) => query);
  expect(statements.filter((query: string | null) => query?.startsWith(`/* assay request=${ID} `))).toHaveLength(1);

  const questions = readdirSync(join(folder, "audit"))
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) =>
      readFileSync(join(folder, "audit", name), "utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === "question");
  expect(questions.map(({ record }) => [record.requestId, record.queryId])).toEqual([[ID, provenance.queryId]]);

  await telemetry.close();
  expect(log.entries().filter(({ requestId }) => requestId === ID)).toEqual([
    {
      level: "info",
      time: expect.any(String),
      requestId: ID,
      door: "graphql",
      status: 200,
      ms: expect.any(Number),
      consumer: "graphql",
      principal: expect.stringMatching(/^[0-9a-f]{16}$/),
      message: "request",
    },
  ]);

  const spans = collector.spans.filter(({ traceId }) => traceId === ID);
  expect(collector.headers[0]).toMatchObject({ path: "/v1/traces", "x-key": "k" });
  expect(tree(spans, CALLER)).toEqual([
    "request",
    "  auth",
    "  read",
    "  graphql.prepare",
    "  graphql.execute",
    "    question",
    "      statement",
    "        queue",
    "  write",
  ]);
  const question = spans.find(({ name }) => name === "question");
  expect(question?.attributes).toMatchObject({
    "assay.query_id": provenance.queryId,
    "assay.outcome": "answered",
    "assay.catalog_version": api.engine.catalog.version,
  });
  const statement = spans.find(({ name }) => name === "statement");
  expect(statement?.attributes).toMatchObject({ "db.system.name": "postgresql", "assay.rows": rows.length });
});

/** Names in the order in which steps began, each below the step that it is part of. */
function tree(spans: readonly (TracedSpan & { readonly startTimeUnixNano?: string })[], parent: string): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((a, b) => Number(BigInt(a.startTimeUnixNano ?? 0) - BigInt(b.startTimeUnixNano ?? 0)))
    .flatMap((span) => [span.name, ...tree(spans, span.spanId).map((line) => `  ${line}`)]);
}
