import { Refusal, type RefusalCode } from "../diagnostics/index.ts";
import { WarehouseError } from "../warehouse/index.ts";

/** Why a query was not answered, as the contract writes it. */
export interface QueryError {
  readonly code: RefusalCode;
  readonly message: string;
  readonly suggestions: readonly string[];
}

/** @returns the error for programs, and what only the operator at the machine may read: the warehouse's own words. */
export function queryErrorFrom(thrown: unknown): { readonly error: QueryError; readonly detail: string | null } {
  if (thrown instanceof Refusal) {
    const { code, message, suggestions } = thrown;
    return { error: { code, message, suggestions }, detail: null };
  }
  if (thrown instanceof WarehouseError) {
    const { message, cause } = thrown;
    return {
      error: { code: "WAREHOUSE_ERROR", message, suggestions: [] },
      detail: cause === undefined ? null : wordsOf(cause),
    };
  }
  const message = "Something went wrong inside assay; this is a bug.";
  return { error: { code: "INTERNAL", message, suggestions: [] }, detail: wordsOf(thrown) };
}

/** Messages of an error and of its causes, without stacks. */
export function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.message === "" ? thrown.name : thrown.message;
  return thrown.cause === undefined ? own : `${own}\n  ${wordsOf(thrown.cause)}`;
}

/** The same, cut: an engine may answer with the whole of what it was sent. */
export function boundedWordsOf(thrown: unknown): string {
  const words = wordsOf(thrown);
  return words.length <= MOST_WORDS ? words : `${words.slice(0, MOST_WORDS)}…`;
}

/** In UTF-16 code units. */
const MOST_WORDS = 500;
