import type { Catalog, CertificationStatus, Dialect } from "../catalog/index.ts";
import type { Refusal, RefusalCode } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { Authorization } from "../policy/index.ts";
import type { QueryRequest } from "../request/index.ts";
import type { CellType, Row, Statement } from "../warehouse/index.ts";
import type { CacheUse } from "./kept-result.ts";
import type { Span } from "./trace.ts";

/** A column of an answer. `metric` is the catalog's name when the column holds a metric, else null. */
export interface AnswerColumn {
  readonly name: string;
  readonly type: CellType;
  readonly label: string;
  readonly metric: string | null;
  /** How partial results of this column may be combined again; `none` for everything not additive. */
  readonly reaggregation: "sum" | "min" | "max" | "none";
  /** Whether groups are too small for who asked to see its value: totals beside them would tell it. */
  readonly hidesSmallGroups: boolean;
}

export interface Answer {
  readonly columns: readonly AnswerColumn[];
  /** In the order asked for; cells in the contract's spelling. */
  readonly rows: readonly Row[];
  /** Whether more rows follow after `limit`; false when no limit was given. */
  readonly hasNextPage: boolean;
  readonly provenance: Provenance;
}

export interface Provenance {
  readonly queryId: string;
  readonly catalogVersion: string;
  /** Every metric used, inputs included, sorted by name. */
  readonly metrics: readonly string[];
  /** The same metrics, and what each of them was. */
  readonly uses: readonly MetricUse[];
  /** What answers this question alone, whatever else ran with it. */
  readonly statement: Statement;
  /** How many questions the statement that ran has answered: its bytes are shared evenly among them. */
  readonly questions: number;
  readonly dialect: Dialect;
  readonly warnings: readonly string[];
  /**
   * miss: the warehouse was asked; coalesced: together with an equal question that ran already; hit: from what it said
   * before; stale: so too, though it is older than it may be, as a warning says.
   */
  readonly cache: CacheUse;
  /** The roles by which the answer may be seen, as `model:role`; empty for the operator. */
  readonly appliedPolicies: readonly string[];
  /** Whether who asked may see the statement and what it costs. */
  readonly mayExplain: boolean;
  /** The host, project or file that answered, without credentials. */
  readonly servedBy: string;
  /** How current the data is, ISO 8601 with `Z`: when the statement began, or as far as the replica that answered had come. */
  readonly dataAsOf: string;
  /** What the engine read and charges for; null where it does not count. */
  readonly bytesProcessed: number | null;
  readonly bytesBilled: number | null;
  /** Milliseconds: planning to SQL text, and running it. */
  readonly planMs: number;
  readonly warehouseMs: number;
}

export interface MetricUse {
  readonly name: string;
  readonly version: number;
  /** 16 hex digits of what the metric and those below it say, wherever it was written. */
  readonly fingerprint: string;
  /** The worst among the metric and those below it. */
  readonly certification: CertificationStatus;
}

/** A question that runs on by itself. */
export interface Pending {
  readonly queryId: string;
  /** When it is worth asking again. */
  readonly pollAfterMs: number;
  readonly stage: Stage;
  readonly elapsedMs: number;
  /** So far; null where the warehouse does not tell. */
  readonly bytesProcessed: number | null;
}

/** Before the statement, while the warehouse works on it, and while its rows are read. */
export type Stage = "waiting" | "running" | "reading";

/** An answer whose rows come while they are read. */
export interface AnswerStream {
  readonly columns: readonly AnswerColumn[];
  /**
   * Once only, and no faster than they are taken. Leaving the loop early ends the statement; what fails midway is thrown
   * here, and then the rows before it are no whole answer.
   */
  readonly batches: AsyncIterable<readonly Row[]>;
  readonly provenance: Provenance;
}

export interface Explanation {
  readonly columns: readonly Pick<AnswerColumn, "name" | "label" | "metric" | "hidesSmallGroups">[];
  /** The logical plan as built, then after each optimiser rule that changed it. */
  readonly steps: readonly { readonly rule: string | null; readonly plan: string }[];
  /** The last of these plans as a Mermaid flowchart. */
  readonly diagram: string;
  readonly statement: Statement;
  readonly dialect: Dialect;
  /** Whether the principal may see the statement. */
  readonly mayExplain: boolean;
  readonly authorization: Authorization;
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** Default true; false runs the plan as built. For tests: rows must not differ. */
  readonly optimize?: boolean;
  /** Who asks on the principal's behalf, for labels and costs: a door or an application. Default `engine`. */
  readonly consumer?: string;
  /** SHA-256 of the GraphQL document without its literals, for the audit log. */
  readonly document?: string;
  /** The step that the question is part of. */
  readonly trace?: Span;
}

/** Bounds of one question; without one there is none but the warehouse's own. */
export interface EngineLimits {
  readonly maxRows?: number;
  /** Of all cells as text. */
  readonly maxBytes?: number;
  /** From the question to its last row. */
  readonly timeoutMs?: number;
}

/** What one question came to, answered or not: for counters and logs. Holds no values. */
export interface QueryEvent {
  readonly queryId: string;
  /** Of the request that asked, and where it came in; null: nobody traces it. */
  readonly requestId: string | null;
  readonly door: string | null;
  readonly principal: Principal;
  readonly consumer: string;
  /** Those asked for, not the inputs below them, by their names in the catalog; empty until they are known to be there. */
  readonly metrics: readonly string[];
  readonly outcome: "answered" | "refused" | "failed";
  /** Of a refusal, else null. */
  readonly code: RefusalCode | null;
  readonly rows: number;
  /** How it was answered; null: it was not. */
  readonly cache: CacheUse | null;
  /** Also where the rows were refused: they were paid for. */
  readonly bytesProcessed: number | null;
  readonly bytesBilled: number | null;
  readonly planMs: number;
  readonly warehouseMs: number;
}

/** Answers that may be given once more as they were, by whoever holds what was made of them. */
export interface Repeat {
  /** What it takes in memory, for as long as it is held. */
  readonly bytes: number;
  /** Whether the same questions would be answered from the same rows now: they are still kept, and nothing has changed. */
  isCurrent(): Promise<boolean>;
  /**
   * Before they are given: leaves of each question what being asked leaves, under an id of its own.
   *
   * @param principal Whose answers they were.
   * @throws Refusal QUOTA_EXCEEDED, and nothing is left; AUDIT_UNAVAILABLE. They are not given then.
   */
  told(principal: Principal, options: QueryOptions): Promise<void>;
}

export interface Kept {
  readonly entries: number;
  readonly bytes: number;
}

/** Word that rows have changed. */
export interface RefreshEvent {
  /** The name of a model or calendar, or its table: `orders`, `shop.orders`. */
  readonly source: string;
  /** Which part of it: `2026-11-20`, `ordered_on=2026-11`; what cannot be understood, null and missing: all of it. */
  readonly partition?: string | null;
}

/** What word of a refreshed source came to. */
export interface Refreshed {
  /** Of the models and calendars that it is about; none: nothing here reads that source. */
  readonly names: readonly string[];
  /** How many answers that were kept, and current, are no longer. */
  readonly answers: number;
  /** Where it came to something else than was probably meant; never empty. */
  readonly warnings?: readonly RefreshWarning[];
}

export interface RefreshWarning {
  readonly code: "UNKNOWN_SOURCE" | "PARTITION_NOT_USED";
  readonly message: string;
}

/** A period of a calendar's grain: dates, the end exclusive. */
export interface Period {
  readonly start: string;
  /** null: the calendar ends in this period. */
  readonly end: string | null;
}

/** Questions that outlived their caller's patience. Each belongs to who asked it, as long as their claims are the same. */
export interface Jobs {
  /** @throws Refusal UNKNOWN_QUERY, CANCELLED; or what the question failed with. */
  result(queryId: string, principal: Principal): Promise<Answer | Pending>;
  /**
   * How it goes on, and at last its answer.
   *
   * @throws as `result`, when it is iterated.
   */
  watch(queryId: string, principal: Principal): AsyncIterable<Answer | Pending>;
  /** @returns whether there was something to cancel */
  cancel(queryId: string, principal: Principal): boolean;
}

/**
 * Answers questions: one catalog at a time, one warehouse.
 *
 * @throws Refusal from all when the question cannot be answered; WarehouseError when the warehouse fails.
 */
export interface Engine {
  /** The one in use; see `pinned`. */
  readonly catalog: Catalog;
  readonly dialect: Dialect;
  readonly jobs: Jobs;
  /** The catalog as the principal sees it; the same object for equal sets of names. */
  catalogFor(principal: Principal): Catalog;
  query(request: QueryRequest, principal: Principal, options?: QueryOptions): Promise<Answer>;
  /**
   * Several questions at once, answered in order. Those that read the same sources share a statement, and in it their
   * scans; equal ones are one question. Never rejects for a question of its own: an Error stands in the place of each
   * that has no answer.
   */
  queryAll(
    requests: readonly QueryRequest[],
    principal: Principal,
    options?: QueryOptions,
  ): Promise<readonly (Answer | Error)[]>;
  /**
   * As `queryAll`, but what has not ended after `waitMs` is pending: it runs on by itself, and `jobs` delivers it. Who
   * asks what they have running already joins it.
   */
  askAll(
    requests: readonly QueryRequest[],
    principal: Principal,
    options: QueryOptions & { readonly waitMs: number },
  ): Promise<readonly (Answer | Pending | Error)[]>;
  /**
   * Puts a question on record that a door refused before it could be asked here.
   *
   * @param request What of it can be named.
   * @returns what to tell the caller: the refusal, unless that may not be told without having been written
   */
  refused(request: QueryRequest, principal: Principal, options: QueryOptions, refusal: Refusal): Promise<unknown>;
  /** For answers too large to be held in memory. Whether more rows follow after `limit` is not told. */
  stream(request: QueryRequest, principal: Principal, options?: QueryOptions): Promise<AnswerStream>;
  explain(request: QueryRequest, principal: Principal, options?: Pick<QueryOptions, "optimize">): Explanation;
  /** Every period of a calendar's own grain, such as `fiscal_quarter`, in order. Kept for ten minutes. */
  periodsOf(grain: string): Promise<readonly Period[]>;
  /** From now on questions are about this catalog; those under way end with the one they began with. */
  swap(catalog: Catalog): void;
  /** The same engine over the catalog of this moment, whatever is swapped: for all questions of one request. */
  pinned(): Engine;
  /**
   * Answers that were read from the source before are not given again, unless the warehouse fails and they may be stale.
   * An author's SELECT may read any table.
   */
  refreshed(event: RefreshEvent): Refreshed;
  /** @returns null: not all of them were given from what is kept, or what they say of now may change at any moment */
  repeat(answers: readonly Answer[]): Repeat | null;
  /** What is kept in memory to be answered with again. */
  readonly kept: Kept;
  /** How many questions are being answered: planned, and not yet at their last row. */
  readonly running: number;
  /** A sign of life from the warehouse. @throws WarehouseError */
  ping(): Promise<void>;
  close(): Promise<void>;
}
