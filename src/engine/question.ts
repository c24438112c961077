import type { Refusal } from "../diagnostics/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import { type AuthorizedQuery, authorizationOf } from "../policy/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson, compareText, sha256 } from "../std/index.ts";
import type { ResultColumn, Row, Statement, StatementOrigin, StatementRun } from "../warehouse/index.ts";
import { auditQuestion } from "./audit.ts";
import { askedBy, describeColumns, type NamedColumn, typedColumns, usesOf } from "./columns.ts";
import type { Answer, AnswerColumn, EngineLimits, Provenance, QueryOptions } from "./engine.ts";
import { type CacheUse, type KeptResult, readAs } from "./kept-result.ts";
import type { EngineParts, OpenParts } from "./parts.ts";
import { unitsOf, withAbsoluteRanges } from "./periods.ts";
import { columnNamesOf, type PlannedQuery, withoutKey } from "./plan-query.ts";
import { refusalOf } from "./refusal-of.ts";
import { planAgain } from "./remembered-plans.ts";
import { type IsCurrent, isSteady, noteRepeatable } from "./repeat.ts";
import { type Share, shareOf } from "./share.ts";
import type { Span } from "./trace.ts";
import { watchQuery } from "./watch.ts";

/** One question from being asked to being answered: planned, and on record whatever becomes of it. */
export interface Question extends PlannedQuery {
  readonly queryId: string;
  readonly principal: Principal;
  /** Equal for questions that have the same answer for the same principal with the same claims. */
  readonly key: string;
  readonly origin: StatementOrigin;
  readonly span: Span | undefined;
  readonly columns: readonly NamedColumn[];
  /** For the warehouse: the row that tells of a next page is not one of the answer's. */
  readonly limits: EngineLimits;
  readonly deadline: number | undefined;
  /** The warehouse answers. @param statement What runs, for this question alone or for several. */
  ran(run: StatementRun, statement: Statement): void;
  /** On record, then given. @param questions How many the statement has answered. */
  answered(read: ReadResult, run: StatementRun, questions: number): Promise<Answer>;
  /** By what anybody's equal question is known. Worked out when it is asked for. */
  readonly share: Share;
  /**
   * Answered with rows that were not read for it. On record, then given.
   *
   * @param isCurrent Of rows that may be given again without any warning, else missing.
   */
  reused(kept: KeptResult, use: CacheUse, warnings: readonly string[], isCurrent?: IsCurrent): Promise<Answer>;
  /** The same question once more, with an id and a record of its own. */
  reopen(): Promise<Question>;
  /** The answer to an equal question, given once more under this one's name. */
  answeredAs(other: Answer): Promise<Answer>;
  /** On record: the first rows leave. */
  streaming(columns: readonly ResultColumn[], run: StatementRun): Promise<Omit<Answer, "rows" | "hasNextPage">>;
  /** @returns once on record */
  streamed(rows: number): Promise<void>;
  /**
   * @param rows That had left before.
   * @returns what to tell the caller, once on record.
   */
  failed(thrown: unknown, rows?: number): Promise<unknown>;
}

export interface OpenOptions extends QueryOptions {
  readonly isPaged?: boolean;
  /** No answer to an equal question will do: where the warehouse has no room, it is refused before it is planned. */
  readonly needsStatement?: boolean;
}

export interface ReadResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
}

/**
 * Resolves, authorises and plans a question.
 *
 * @throws what to tell the caller, once on record
 */
export async function openQuestion(
  parts: OpenParts,
  request: QueryRequest,
  principal: Principal,
  options: OpenOptions,
): Promise<Question> {
  const { catalog, warehouse, limits = {}, hashKey } = parts;
  const { dialect } = warehouse;
  const watch = watchQuery(parts.onQuery, principal, options);
  const { queryId, requestId, consumer, started } = watch;
  const audit = auditOf(parts, request, principal, options, watch);
  const failed = async (thrown: unknown, rows = 0) =>
    watch.failed(await audit.failed(refusalOf(thrown) ?? thrown, rows), rows);
  try {
    await audit.ready();
    const deadline = limits.timeoutMs === undefined ? undefined : started + limits.timeoutMs;
    const noRoom = options.needsStatement ? warehouse.refusal?.(digestOf(principal), deadline) : null;
    if (noRoom) throw noRoom;
    const units = unitsOf(request);
    const periods = new Map(await Promise.all(units.map(async (unit) => [unit, await parts.periodsOf(unit)] as const)));
    const absolute = withAbsoluteRanges(catalog, request, (unit) => periods.get(unit) ?? []);
    const planned = planAgain(catalog, dialect, absolute, principal, { ...options, hashKey: hashKey ?? null });
    const { query, plan, statement } = planned;
    const asked = askedBy(query);
    const uses = usesOf(query);
    const metrics = uses.map(({ name }) => name);
    const columns = describeColumns(query, columnNamesOf(plan));
    const policy = policyOf(query);
    let share: Share | null = null;
    const sharedAs = (): Share => (share ??= shareOf(planned, parts.limits, options));
    watch.planned(asked, catalog.version);
    audit.allowed(query, statement, policy.appliedPolicies);
    const provenanceOf = (run: StatementRun, questions: number): Omit<Provenance, "planMs" | "warehouseMs"> => ({
      queryId,
      catalogVersion: catalog.version,
      metrics,
      uses,
      statement: withoutKey(statement, hashKey),
      questions,
      dialect,
      warnings: [],
      cache: "miss",
      ...policy,
      servedBy: run.servedBy,
      dataAsOf: run.dataAsOf ?? watch.startedAt,
      bytesProcessed: run.bytesProcessed,
      bytesBilled: run.bytesBilled,
    });
    return {
      ...planned,
      queryId,
      principal,
      get key() {
        return keyOf(parts, principal, planned, columns);
      },
      // Those asked for come first: labels and logs have no room for all.
      origin: {
        requestId: requestId ?? queryId,
        metrics: [...new Set([...asked, ...metrics])],
        principal: digestOf(principal),
        consumer,
      },
      columns,
      span: watch.span,
      limits: withRowBeyond(limits, query, options.isPaged !== false),
      deadline,
      ran(run, ranStatement) {
        watch.ran(run);
        audit.ran(run, ranStatement);
      },
      async answered(read, run, questions) {
        const typed = typedColumns(columns, read.columns);
        const { rows, hasNextPage } = pageOf(query, read.rows);
        await audit.answered(rows.length);
        const provenance = { ...provenanceOf(run, questions), ...watch.answered(rows.length) };
        return { columns: typed, rows, hasNextPage, provenance };
      },
      get share() {
        return sharedAs();
      },
      async reused(kept, use, warnings, isCurrent) {
        const read = readAs(kept, sharedAs().columns);
        const typed = typedColumns(columns, read.columns);
        const { rows, hasNextPage } = pageOf(query, read.rows);
        const run = { ...kept.run, ...costFree(kept.run) };
        watch.ran(run);
        audit.ran(run, null);
        await audit.answered(rows.length, use);
        const provenance = { ...provenanceOf(run, kept.questions), cache: use, warnings };
        const answer: Answer = {
          columns: typed,
          rows,
          hasNextPage,
          provenance: { ...provenance, ...watch.answered(rows.length, use) },
        };
        // As it was asked: the days of a calendar's periods are no longer told by what it came to.
        if (isCurrent && isSteady(request, query)) {
          noteRepeatable(answer, {
            metrics: asked,
            catalogVersion: catalog.version,
            record: audit.written,
            cost: costFree(kept.run),
            rows: rows.length,
            keptRows: kept.read.rows.length,
            isCurrent,
          });
        }
        return answer;
      },
      reopen: () => openQuestion(parts, request, principal, options),
      async answeredAs({ provenance, rows, ...rest }) {
        const cost = costFree(provenance);
        watch.ran(cost);
        audit.ran({ ...cost, servedBy: provenance.servedBy, dataAsOf: null, isFromEngineCache: null }, null);
        // Rows that were kept stay so for whoever joins in, and old ones old: neither waited for the warehouse.
        const cache: CacheUse = provenance.cache === "miss" ? "coalesced" : provenance.cache;
        await audit.answered(rows.length, cache);
        const times = watch.answered(rows.length, cache);
        return { ...rest, rows, provenance: { ...provenance, queryId, cache, ...cost, ...times } };
      },
      async streaming(resultColumns, run) {
        const typed: readonly AnswerColumn[] = typedColumns(columns, resultColumns);
        await audit.streaming();
        return { columns: typed, provenance: { ...provenanceOf(run, 1), ...watch.times() } };
      },
      async streamed(rows) {
        await audit.answered(rows);
        watch.answered(rows);
      },
      failed,
    };
  } catch (thrown) {
    throw await failed(thrown);
  }
}

/** One that a door refused: nothing was planned. @returns what to tell the caller */
export async function recordRefused(
  parts: Pick<OpenParts, "audit" | "catalog" | "onQuery">,
  request: QueryRequest,
  principal: Principal,
  options: QueryOptions,
  refusal: Refusal,
): Promise<unknown> {
  const watch = watchQuery(parts.onQuery, principal, options);
  return watch.failed(await auditOf(parts, request, principal, options, watch).failed(refusal), 0);
}

function auditOf(
  { audit, catalog }: Pick<OpenParts, "audit" | "catalog">,
  request: QueryRequest,
  principal: Principal,
  options: QueryOptions,
  { queryId, requestId, consumer, started }: ReturnType<typeof watchQuery>,
) {
  const document = options.document ?? null;
  return auditQuestion(audit, catalog, { queryId, requestId, request, principal, consumer, document, started });
}

/**
 * Everything that decides on the answer. The statement holds the guards and the time that relative ranges were read at;
 * the principal with all their claims is in it too, so that no two share rows.
 */
function keyOf(
  { catalog, limits }: EngineParts,
  principal: Principal,
  { query, statement }: PlannedQuery,
  columns: readonly NamedColumn[],
): string {
  const { text, values } = statement;
  const { digest } = authorizationOf(query);
  return sha256(
    canonicalJson([digestOf(principal), catalog.version, digest, text, values, limits ?? null, query.limit, columns]),
  );
}

/** Where bytes are counted, none were. */
function costFree({ bytesProcessed, bytesBilled }: Pick<StatementRun, "bytesProcessed" | "bytesBilled">) {
  return { bytesProcessed: bytesProcessed && 0, bytesBilled: bytesBilled && 0 };
}

/** The row beyond the limit is not shown. */
function pageOf(query: AuthorizedQuery, rows: readonly Row[]): Pick<Answer, "rows" | "hasNextPage"> {
  const isCount = query.kind === "metrics" && query.countOnly;
  const hasNextPage = !isCount && query.limit !== null && rows.length === query.limit;
  return { rows: hasNextPage ? rows.slice(0, -1) : rows, hasNextPage };
}

function withRowBeyond(
  { maxRows, ...limits }: EngineLimits,
  { limit }: AuthorizedQuery,
  isPaged: boolean,
): EngineLimits {
  if (maxRows === undefined) return limits;
  const hasRowBeyond = isPaged && limit !== null && limit - 1 <= maxRows;
  return { ...limits, maxRows: hasRowBeyond ? maxRows + 1 : maxRows };
}

/** `model:role` of every role that served, each once. */
function policyOf(query: AuthorizedQuery): Pick<Provenance, "appliedPolicies" | "mayExplain"> {
  const { decisions, mayExplain } = authorizationOf(query);
  const served = decisions.flatMap(({ serving }) =>
    [...serving].flatMap(([model, roles]) => roles.map(({ policy }) => `${model}:${policy.role}`)),
  );
  return { appliedPolicies: [...new Set(served)].sort(compareText), mayExplain };
}
