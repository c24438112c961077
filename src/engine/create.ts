import type { AuditLog } from "../audit/index.ts";
import type { Catalog, Metric, SimpleMetric } from "../catalog/index.ts";
import { metricsBelow } from "../catalog/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { OptimizeStep } from "../plan/index.ts";
import { buildPlan, optimize, print, toMermaid } from "../plan/index.ts";
import type { AuthorizedQuery } from "../policy/index.ts";
import { authorizationOf, authorize, visibleTo } from "../policy/index.ts";
import type { QueryRequest, ResolvedQuery } from "../request/index.ts";
import { resolveRequest } from "../request/index.ts";
import { toSql } from "../sql/index.ts";
import { compareText } from "../std/index.ts";
import type { ResultColumn, Row, Statement, Warehouse } from "../warehouse/index.ts";
import { readAll } from "../warehouse/index.ts";
import { auditQuestion } from "./audit.ts";
import type {
  Answer,
  AnswerColumn,
  Engine,
  EngineLimits,
  Explanation,
  Provenance,
  QueryEvent,
  QueryOptions,
} from "./engine.ts";
import { type Quotas, UNBOUNDED } from "./quotas.ts";
import { refusalOf } from "./refusal-of.ts";
import { watchQuery } from "./watch.ts";

export interface EngineParts {
  readonly catalog: Catalog;
  readonly warehouse: Warehouse;
  readonly limits?: EngineLimits;
  /** Told of every question when it has ended. */
  readonly onQuery?: (event: QueryEvent) => void;
  /** Where every question is recorded before its answer is given. Whoever opened it closes it, after the engine. */
  readonly audit?: AuditLog;
  /** Secret that goes into masks by hash, so that values cannot be guessed. In no statement's text, and shown nowhere. */
  readonly hashKey?: string;
  /** What each principal may use. */
  readonly quotas?: Quotas;
}

/**
 * Opens the pipeline over a checked catalog:
 *
 *   request -resolve-> resolved -authorize-> authorised -plan-> plan -optimize-> plan -sql-> statement -warehouse-> rows
 *
 * Closing it closes the warehouse.
 */
export function createEngine(parts: EngineParts): Engine {
  const { catalog, warehouse } = parts;
  return {
    catalog,
    dialect: warehouse.dialect,
    explain: (request, principal, options) =>
      explainQuery(catalog, warehouse.dialect, request, principal, {
        ...options,
        hasHashKey: parts.hashKey !== undefined,
      }),
    query: (request, principal, options = {}) => answer(parts, request, principal, options),
    queryAll: (requests, principal, options = {}) =>
      Promise.all(
        requests.map((request) =>
          answer(parts, request, principal, options).catch((thrown: unknown) =>
            thrown instanceof Error ? thrown : new Error("What was thrown is no error", { cause: thrown }),
          ),
        ),
      ),
    catalogFor: (principal) => visibleTo(catalog, principal),
    ping: () => warehouse.ping(),
    close: () => warehouse.close(),
  };
}

/**
 * What a question becomes, without running it: no warehouse is needed.
 *
 * @param options.hasHashKey Whether masks by hash have a key: its name stands where it would.
 */
export function explainQuery(
  catalog: Catalog,
  dialect: Warehouse["dialect"],
  request: QueryRequest,
  principal: Principal,
  options: Pick<QueryOptions, "optimize"> & { readonly hasHashKey?: boolean } = {},
): Explanation {
  const query = authorize(resolveRequest(visibleTo(catalog, principal), request), principal);
  const built = buildPlan(query, options.hasHashKey ? HASH_KEY_SHOWN : null);
  const steps: Explanation["steps"][number][] = [{ rule: null, plan: print(built) }];
  const onStep = ({ rule, plan }: OptimizeStep): void => void steps.push({ rule, plan: print(plan) });
  const plan = options.optimize === false ? built : optimize(built, onStep);
  const authorization = authorizationOf(query);
  return {
    columns: outputsOf(query),
    steps,
    diagram: toMermaid(plan),
    statement: toSql(plan, dialect),
    dialect,
    mayExplain: authorization.mayExplain,
    authorization,
  };
}

async function answer(
  parts: EngineParts,
  request: QueryRequest,
  principal: Principal,
  options: QueryOptions,
): Promise<Answer> {
  const { catalog, warehouse, limits = {} } = parts;
  const watch = watchQuery(parts.onQuery, principal, options);
  const { queryId, consumer, started } = watch;
  const document = options.document ?? null;
  const audit = auditQuestion(parts.audit, catalog, { queryId, request, principal, consumer, document, started });
  let turn = UNBOUNDED;
  try {
    await audit.ready();
    if (parts.quotas) turn = parts.quotas.begin(principal);
    const { query, statement } = planQuery(catalog, warehouse.dialect, request, principal, {
      ...options,
      ...(parts.hashKey !== undefined && { hashKey: parts.hashKey }),
    });
    const metrics = metricsOf(query);
    const asked = askedBy(query);
    const policy = policyOf(query);
    watch.planned(asked);
    audit.allowed(query, statement, policy.appliedPolicies);
    const { columns, batches, run } = await warehouse.execute(statement, {
      ...(options.signal && { signal: options.signal }),
      ...(limits.timeoutMs !== undefined && { deadline: watch.started + limits.timeoutMs }),
      limits: withRowBeyond(limits, query),
      // Those asked for come first: labels and logs have no room for all.
      origin: {
        requestId: watch.queryId,
        metrics: [...new Set([...asked, ...metrics])],
        principal: digestOf(principal),
        consumer: watch.consumer,
      },
    });
    watch.ran(run);
    audit.ran(run);
    turn.ran(run);
    const all = await readAll({ columns, batches });
    const hasNextPage = query.limit !== null && all.length === query.limit;
    const rows: readonly Row[] = hasNextPage ? all.slice(0, -1) : all;
    const { servedBy, bytesProcessed, bytesBilled } = run;
    const named = columnsOf(query, columns);
    turn.answered(rows.length);
    await audit.answered(rows.length);
    return {
      columns: named,
      rows,
      hasNextPage,
      provenance: {
        queryId: watch.queryId,
        catalogVersion: catalog.version,
        metrics,
        statement: withoutKey(statement, parts.hashKey),
        dialect: warehouse.dialect,
        warnings: [],
        ...policy,
        servedBy,
        dataAsOf: run.dataAsOf ?? watch.startedAt,
        bytesProcessed,
        bytesBilled,
        ...watch.answered(rows.length),
      },
    };
  } catch (thrown) {
    throw watch.failed(await audit.failed(refusalOf(thrown) ?? thrown));
  } finally {
    turn.ended();
  }
}

/** From request to SQL text, one row beyond the limit included. */
export function planQuery(
  catalog: Catalog,
  dialect: Warehouse["dialect"],
  request: QueryRequest,
  principal: Principal,
  options: Pick<QueryOptions, "optimize"> & { readonly hashKey?: string } = {},
): { readonly query: AuthorizedQuery; readonly statement: Statement } {
  const query = authorize(withOneMoreRow(resolveRequest(visibleTo(catalog, principal), request)), principal);
  const built = buildPlan(query, options.hashKey);
  return { query, statement: toSql(options.optimize === false ? built : optimize(built), dialect) };
}

/** What stands where the key of hashes is bound, in whatever is shown. */
const HASH_KEY_SHOWN = "policy.hash_key";

function withoutKey(statement: Statement, hashKey: string | undefined): Statement {
  return { ...statement, values: statement.values.map((value) => (value === hashKey ? HASH_KEY_SHOWN : value)) };
}

/** One row beyond the limit tells whether a next page exists. */
function withOneMoreRow(query: ResolvedQuery): ResolvedQuery {
  return query.limit === null ? query : { ...query, limit: query.limit + 1 };
}

/** The row that tells of a next page is not one of the answer's. */
function withRowBeyond({ maxRows, ...limits }: EngineLimits, { limit }: AuthorizedQuery): EngineLimits {
  if (maxRows === undefined) return limits;
  return { ...limits, maxRows: limit !== null && limit - 1 <= maxRows ? maxRows + 1 : maxRows };
}

/**
 * Types are the warehouse's own, so that a cell is always written as what it is. Names are ours: an engine may have no
 * room for long ones.
 */
function columnsOf(query: AuthorizedQuery, columns: readonly ResultColumn[]): readonly AnswerColumn[] {
  const outputs = outputsOf(query);
  if (outputs.length !== columns.length) {
    throw new Error(`The warehouse answered with ${columns.length} columns instead of ${outputs.length}.`);
  }
  return outputs.map((output, i) => ({ ...output, type: columns[i]?.type ?? "STRING" }));
}

function outputsOf(query: AuthorizedQuery): readonly Omit<AnswerColumn, "type">[] {
  const groups = query.groupBy.map(({ output, label }) => ({
    name: output,
    label,
    metric: null,
    reaggregation: "none" as const,
  }));
  if (query.kind === "metrics") {
    return [
      ...groups,
      ...query.outputs.map(({ name, metric }) => ({
        name,
        label: metric.label,
        metric: metric.name,
        reaggregation: reaggregationOf(metric),
      })),
    ];
  }
  if (!query.minMaxOnly) return groups;
  return groups.flatMap((group) => [
    { ...group, name: `${group.name}__min`, label: `First ${group.label}` },
    { ...group, name: `${group.name}__max`, label: `Last ${group.label}` },
  ]);
}

/** How values of groups combine into the value of their union. */
function reaggregationOf(metric: Metric): AnswerColumn["reaggregation"] {
  if (metric.type !== "simple" || metric.nonAdditive || !fillsAddUp(metric)) return "none";
  switch (metric.aggregate.aggregation) {
    case "sum":
    case "count":
    case "sum_boolean":
      return "sum";
    case "min":
      return "min";
    case "max":
      return "max";
    case "average":
    case "count_distinct":
    case "percentile":
    case "median":
      return "none";
  }
}

/** A fill stands in for nothing: only a sum of zeros leaves it so. */
function fillsAddUp({ fillNullsWith, aggregate }: SimpleMetric): boolean {
  const isExtreme = aggregate.aggregation === "min" || aggregate.aggregation === "max";
  return fillNullsWith === null || (fillNullsWith === 0 && !isExtreme);
}

function askedBy(query: AuthorizedQuery): readonly string[] {
  return query.kind === "metrics" ? [...new Set(query.outputs.map(({ metric }) => metric.name))] : [];
}

/** With the inputs below them. */
function metricsOf(query: AuthorizedQuery): readonly string[] {
  if (query.kind !== "metrics") return [];
  return [
    ...new Set(query.outputs.flatMap(({ metric }) => metricsBelow(query.catalog, metric).map((below) => below.name))),
  ].sort();
}

/** `model:role` of every role that served, each once. */
function policyOf(query: AuthorizedQuery): Pick<Provenance, "appliedPolicies" | "mayExplain"> {
  const { decisions, mayExplain } = authorizationOf(query);
  const served = decisions.flatMap(({ serving }) =>
    [...serving].flatMap(([model, roles]) => roles.map(({ policy }) => `${model}:${policy.role}`)),
  );
  return { appliedPolicies: [...new Set(served)].sort(compareText), mayExplain };
}
