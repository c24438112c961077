import { Refusal } from "../diagnostics/index.ts";
import type { Answer, AnswerColumn, Pending, Provenance } from "../engine/index.ts";
import type { Cell } from "../warehouse/index.ts";
import type { PageInfo, PendingQuestion } from "./builder.ts";
import type { RefusedQuestion } from "./errors.ts";
import { encodeQueryId, type QueryParts } from "./query-id.ts";

/** Exactly one of `rows`, `pending` and `refusal` is set. */
export interface QueryResult {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly WrittenRow[] | null;
  readonly pending: PendingQuestion | null;
  readonly refusal: RefusedQuestion | null;
  readonly totals: readonly TotalSet[];
  /** null: it was not asked for. */
  readonly totalCount: number | null;
  readonly pageInfo: PageInfo;
  readonly provenance: Provenance | null;
}

export interface TotalSet {
  /** Names of the group columns, which come first in its rows. */
  readonly by: readonly string[];
  readonly rows: readonly WrittenRow[];
}

/** Cells as the contract writes them, or digits as numbers. */
type WrittenRow = readonly Cell[];

/** How INT and DECIMAL are written. */
export type Numbers = "text" | "json";

/** One answer is held in memory; beyond this callers page. */
export const MAX_ROWS = 100_000;

export type Piece = Answer | Pending | Error;

/** What became of the questions that one answer comes of. */
export interface Pieces extends Pick<QueryParts, "hasPreviousPage" | "isCapped" | "ignoresHaving" | "periods"> {
  readonly main: Piece | undefined;
  readonly totals: readonly Piece[];
  /** null: it was not asked for. */
  readonly count: Piece | null | undefined;
}

/** @throws what the first of them failed with */
export function assembled(pieces: Pieces, numbers: Numbers): QueryResult {
  const main = sound(pieces.main, []);
  const totals = pieces.totals.map((piece, i) => sound(piece, ["totals", String(i)]));
  const count = pieces.count === null ? null : sound(pieces.count, ["totalCount"]);
  const pending = [main, ...totals, ...(count ? [count] : [])].filter(isPending);
  if (pending.length > 0 || isPending(main)) {
    return { ...NOTHING, pending: together(pieces, { main, totals, count }, pending) };
  }
  const sets = totals.filter(isAnswer).map((total) => withoutHidden(total, main));
  const counted = count && isAnswer(count) ? count.rows[0]?.[0] : null;
  const { columns, hasNextPage, provenance } = main;
  return {
    ...NOTHING,
    columns,
    rows: written(main, numbers),
    totals: sets.map(({ total }) => ({ by: groupsOf(total), rows: written(total, numbers) })),
    totalCount: counted === null || counted === undefined ? null : Number(counted),
    pageInfo: { ...NOTHING.pageInfo, hasNextPage, hasPreviousPage: pieces.hasPreviousPage },
    provenance: { ...provenance, warnings: [...provenance.warnings, ...warningsOf(pieces, main, sets)] },
  };
}

/**
 * A total over other groups than the rows', without what it would tell beside them: the values of groups that policy
 * hides because they are too small.
 */
function withoutHidden(total: Answer, main: Answer): ShownTotal {
  const by = groupsOf(total);
  const groups = groupsOf(main);
  const isBesideOthers = by.length !== groups.length || by.some((name) => !groups.includes(name));
  const isHidden = total.columns.map(({ hidesSmallGroups }) => isBesideOthers && hidesSmallGroups);
  const hidden = total.columns.filter((_, i) => isHidden[i]).map(({ name }) => name);
  if (hidden.length === 0) return { total, hidden };
  return {
    total: { ...total, rows: total.rows.map((row) => row.map((cell, i) => (isHidden[i] ? null : cell))) },
    hidden,
  };
}

interface ShownTotal {
  readonly total: Answer;
  /** Columns that it has no values of. */
  readonly hidden: readonly string[];
}

function groupsOf({ columns }: Answer): readonly string[] {
  return columns.filter(({ metric }) => metric === null).map(({ name }) => name);
}

function warningsOf(
  { isCapped, ignoresHaving }: Pieces,
  main: Answer,
  totals: readonly ShownTotal[],
): readonly string[] {
  const hidden = [...new Set(totals.flatMap((total) => total.hidden))];
  const cap = MAX_ROWS.toLocaleString("en");
  return [
    ...(isCapped && main.hasNextPage ? [`truncated: after ${cap} rows; ask for the rest with offset.`] : []),
    ...(totals.some(({ total }) => total.hasNextPage) ? [`truncated: a set of totals, after ${cap} rows.`] : []),
    ...(hidden.length > 0
      ? [
          `suppressed: ${hidden.join(", ")} in totals, which beside the rows would tell of groups that are too small to be shown.`,
        ]
      : []),
    ...(ignoresHaving ? ["totals: over every row that where and timeRange keep, whatever having leaves out."] : []),
  ];
}

export const NOTHING: QueryResult = {
  columns: [],
  rows: null,
  pending: null,
  refusal: null,
  totals: [],
  totalCount: null,
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  provenance: null,
};

function sound(piece: Piece | null | undefined, at: readonly string[]): Answer | Pending {
  if (piece === null || piece === undefined) throw new Error("A question was left without an answer");
  if (!(piece instanceof Error)) return piece;
  if (!(piece instanceof Refusal) || at.length === 0) throw piece;
  const { code, message, path, suggestions } = piece;
  throw new Refusal(code, message, { path: [...at, ...path], suggestions });
}

export function isPending(piece: Answer | Pending): piece is Pending {
  return "stage" in piece;
}

function isAnswer(piece: Answer | Pending): piece is Answer {
  return !isPending(piece);
}

/** What several questions are still at, under one id. */
function together(
  { hasPreviousPage, isCapped, ignoresHaving, periods }: Pieces,
  parts: {
    readonly main: Answer | Pending;
    readonly totals: readonly (Answer | Pending)[];
    readonly count: Answer | Pending | null;
  },
  pending: readonly Pending[],
): PendingQuestion {
  const idOf = (piece: Answer | Pending) => (isPending(piece) ? piece.queryId : piece.provenance.queryId);
  const queryId = encodeQueryId({
    main: idOf(parts.main),
    totals: parts.totals.map(idOf),
    count: parts.count && idOf(parts.count),
    hasPreviousPage,
    isCapped,
    ignoresHaving,
    periods,
  });
  return {
    queryId,
    pollAfterMs: Math.max(...pending.map(({ pollAfterMs }) => pollAfterMs)),
    stage: pending[0]?.stage ?? "waiting",
    elapsedMs: Math.max(...pending.map(({ elapsedMs }) => elapsedMs)),
    bytesProcessed: pending[0]?.bytesProcessed ?? null,
  };
}

/** Rows with digits as JSON numbers where they were asked for. */
function written({ columns, rows }: Answer, numbers: Numbers): readonly WrittenRow[] {
  if (numbers === "text") return rows;
  const isDigits = columns.map(({ type }) => type === "INT" || type === "DECIMAL");
  return rows.map((row) => row.map((cell, i) => (isDigits[i] && cell !== null ? Number(cell) : cell)));
}
