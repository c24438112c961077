import {
  AuditError,
  type AuditLog,
  bounded,
  boundedList,
  type FilterRecord,
  type MetricRecord,
  type PrincipalRecord,
  type QuestionRecord,
} from "../audit/index.ts";
import { type Catalog, findMetric, metricsBelow } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { type Expr, type FilterName, parseFilter, printFilterName, refsOf } from "../expression/index.ts";
import type { Principal } from "../identity/index.ts";
import { type AuthorizedQuery, authorizationOf } from "../policy/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { type Statement, type StatementRun, WarehouseError } from "../warehouse/index.ts";
import { askedBy } from "./columns.ts";
import type { CacheUse } from "./kept-result.ts";
import { sumOf } from "./watch.ts";

/** What is known of a question before anything is decided. */
export interface Asked {
  readonly queryId: string;
  readonly requestId: string | null;
  readonly request: QueryRequest;
  readonly principal: Principal;
  readonly consumer: string;
  readonly document: string | null;
  /** Of `performance.now`. */
  readonly started: number;
}

type Run = Pick<QuestionRecord, "source" | "bytes" | "bytesBilled">;

const NOT_RUN: Run = { source: null, bytes: null, bytesBilled: null };

/**
 * Writes one question into the audit log, before its answer is given.
 *
 * @throws Refusal AUDIT_UNAVAILABLE from `ready` and `answered` where the log cannot be written and must be
 */
export function auditQuestion(log: AuditLog | undefined, catalog: Catalog, asked: Asked) {
  let planned: QuestionRecord | null = null;
  let written: QuestionRecord | null = null;
  let cost = NOT_RUN;
  const write = async (
    how: Pick<QuestionRecord, "outcome" | "code" | "rows"> & { readonly cache?: CacheUse },
  ): Promise<void> => {
    if (!log) return;
    const record = planned ?? unresolved(catalog, asked);
    const cache = how.cache === undefined || how.cache === "miss" ? "none" : how.cache;
    written = { ...record, ...how, ...cost, cache, ms: msSince(asked.started) };
    await orRefused(log.append({ kind: "question", record: written }));
  };
  return {
    /** Its line, once there is one. */
    get written() {
      return written;
    },
    ready: () => auditReady(log),
    allowed(query: AuthorizedQuery, statement: Statement, appliedPolicies: readonly string[]): void {
      if (log) planned = allowedRecord(catalog, asked, { query, statement, appliedPolicies });
    },
    /** @param statement What ran: it may have answered other questions too. */
    ran({ servedBy, bytesProcessed, bytesBilled }: StatementRun, statement: Statement | null): void {
      cost = {
        source: servedBy,
        bytes: sumOf(cost.bytes, bytesProcessed),
        bytesBilled: sumOf(cost.bytesBilled, bytesBilled),
      };
      if (planned && statement) planned = { ...planned, sqlHash: sha256(statement.text) };
    },
    /** The first rows leave; how many there were is written when the last has. */
    streaming: () => write({ outcome: "streaming", code: null, rows: 0 }),
    answered: (rows: number, cache: CacheUse = "miss") => write({ outcome: "answered", code: null, rows, cache }),
    /**
     * @param rows That had left before.
     * @returns what to tell the caller: what was thrown, unless that may not be told without having been written.
     */
    async failed(thrown: unknown, rows = 0): Promise<unknown> {
      if (thrown instanceof Refusal && thrown.code === "AUDIT_UNAVAILABLE") return thrown;
      try {
        await write({ ...howFailed(thrown), rows });
        return thrown;
      } catch (error) {
        return error;
      }
    },
  };
}

/**
 * The line of a question that was answered as another was before.
 *
 * @throws Refusal AUDIT_UNAVAILABLE
 */
export function auditRepeat(log: AuditLog, record: QuestionRecord, started: number): Promise<void> {
  return orRefused(log.append({ kind: "question", record: { ...record, ms: msSince(started) } }));
}

function msSince(started: number): number {
  return Math.round((performance.now() - started) * 1_000) / 1_000;
}

/** @throws Refusal AUDIT_UNAVAILABLE while nothing may be answered */
export function auditReady(log: AuditLog | undefined): Promise<void> {
  return orRefused(log?.ready());
}

async function orRefused(written: Promise<void> | undefined): Promise<void> {
  try {
    await written;
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw new Refusal(
      "AUDIT_UNAVAILABLE",
      "Questions are answered only while they can be recorded, and the audit log cannot be written now. Try again in a moment.",
    );
  }
}

function howFailed(thrown: unknown): Pick<QuestionRecord, "outcome" | "code"> {
  if (thrown instanceof Refusal) return { outcome: "refused", code: thrown.code };
  const code = thrown instanceof WarehouseError ? `WAREHOUSE_ERROR ${thrown.kind}` : "INTERNAL";
  return { outcome: "failed", code };
}

/** A question that was refused before it was allowed, in the caller's own names. */
function unresolved(catalog: Catalog, asked: Asked): QuestionRecord {
  const { queryId, requestId, request, principal, consumer, document } = asked;
  const metrics = (request.metrics ?? []).map((metric) => (typeof metric === "string" ? metric : metric.name));
  const dimensions = (request.groupBy ?? []).map(({ name, grain, datePart }) =>
    [name, grain, datePart].filter((part) => typeof part === "string").join("__"),
  );
  return {
    queryId,
    requestId,
    principal: principalRecord(principal),
    policyDigest: null,
    appliedPolicies: [],
    catalogVersion: catalog.version,
    consumer,
    document,
    metrics: metricRecords(catalog, metrics),
    dimensions: texts(dimensions),
    filters: filterRecords(catalog, request),
    savedQuery: request.savedQuery == null ? null : bounded(request.savedQuery),
    decision: "deny",
    outcome: "refused",
    code: null,
    ...NOT_RUN,
    rows: 0,
    cache: "none",
    ms: 0,
    sqlHash: null,
  };
}

function allowedRecord(
  catalog: Catalog,
  asked: Asked,
  {
    query,
    statement,
    appliedPolicies,
  }: {
    readonly query: AuthorizedQuery;
    readonly statement: Statement;
    readonly appliedPolicies: readonly string[];
  },
): QuestionRecord {
  return {
    ...unresolved(catalog, asked),
    policyDigest: authorizationOf(query).digest,
    appliedPolicies,
    metrics: metricRecords(catalog, askedBy(query)),
    dimensions: texts(query.groupBy.map(({ key }) => key)),
    decision: "allow",
    sqlHash: sha256(statement.text),
  };
}

function principalRecord(principal: Principal): PrincipalRecord {
  if (principal.kind === "operator") return { kind: "operator" };
  const { kind, issuer, subject, roles } = principal;
  return { kind, issuer: bounded(issuer), subject: bounded(subject, 255), roles: texts(roles) };
}

function texts(all: readonly string[]): readonly string[] {
  return boundedList(all, (text) => bounded(text), String);
}

function metricRecords(catalog: Catalog, names: readonly string[]): readonly MetricRecord[] {
  const unknown = (name: string) => ({ name, version: null, fingerprint: null });
  return boundedList<string, MetricRecord>(
    names,
    (name) => {
      const metric = findMetric(catalog.metrics, name);
      if (!metric) return unknown(bounded(name));
      return { name: metric.id, version: metric.version, fingerprint: fingerprintOf(catalog, metric.name) };
    },
    unknown,
  );
}

/** 16 hex digits of what the metric and those below it say, wherever it was written. */
export function fingerprintOf(catalog: Catalog, name: string): string {
  const known = fingerprints.get(catalog) ?? new Map<string, string>();
  fingerprints.set(catalog, known);
  const metric = catalog.metrics.get(name);
  const fingerprint = known.get(name) ?? sha256(meaningOf(metric ? metricsBelow(catalog, metric) : [])).slice(0, 16);
  known.set(name, fingerprint);
  return fingerprint;
}

const fingerprints = new WeakMap<Catalog, Map<string, string>>();

/** Where it stands and how long answers are kept does not change what a metric means. */
const PLACES: ReadonlySet<string> = new Set(["span", "at", "cache"]);

function meaningOf(definitions: unknown): string {
  const text = JSON.stringify(definitions, (key, value: unknown) => (PLACES.has(key) ? undefined : value));
  return canonicalJson(JSON.parse(text));
}

/** Which fields were compared, how, and with how many values: never with which. */
function filterRecords(catalog: Catalog, request: QueryRequest): readonly FilterRecord[] {
  const beside = (request.metrics ?? []).flatMap((metric) => (typeof metric === "string" ? [] : (metric.where ?? [])));
  const written = [...(request.where ?? []), ...beside, ...(request.having ?? [])].flatMap((text) => {
    const parsed = parseFilter(text);
    return parsed.ok ? comparisonsIn(parsed.value) : [{ field: "", operator: "unreadable", values: 0 }];
  });
  const saved = catalog.savedQueries.get(request.savedQuery ?? "")?.filters ?? [];
  const { start, end, last, toDate } = request.timeRange ?? {};
  const ends = [start, end, last, toDate].filter((value) => value != null).length;
  const range = ends > 0 ? [{ field: "metric_time", operator: "range", values: ends }] : [];
  const all = [...saved.flatMap(({ expr }) => comparisonsIn(expr)), ...written, ...range];
  return boundedList(
    all,
    ({ field, ...rest }) => ({ field: bounded(field), ...rest }),
    (left) => ({ field: left, operator: "", values: 0 }),
  );
}

const JOINS: ReadonlySet<string> = new Set(["and", "or", "not"]);

function comparisonsIn(expr: Expr<FilterName>): readonly FilterRecord[] {
  if (expr.kind === "call" && JOINS.has(expr.fn)) return expr.args.flatMap(comparisonsIn);
  const operator = expr.kind === "call" ? expr.fn : expr.kind;
  const fields = [...new Set(refsOf(expr).map(printFilterName))];
  const values = literalsIn(expr);
  return (fields.length > 0 ? fields : [""]).map((field) => ({ field, operator, values }));
}

function literalsIn(expr: Expr<FilterName>): number {
  const sum = (parts: readonly Expr<FilterName>[]) => parts.reduce((count, part) => count + literalsIn(part), 0);
  switch (expr.kind) {
    case "literal":
      return 1;
    case "ref":
      return 0;
    case "call":
      return sum(expr.args);
    case "case":
      return sum([
        ...expr.branches.flatMap(({ when, value }) => [when, value]),
        ...(expr.otherwise ? [expr.otherwise] : []),
      ]);
    case "cast":
      return literalsIn(expr.arg);
  }
}
