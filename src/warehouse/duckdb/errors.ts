import { WarehouseError, type WarehouseErrorKind } from "../warehouse.ts";

/** DuckDB's errors start with their kind; the rest may quote data and stays in `cause`. */
export function warehouseError(thrown: unknown): WarehouseError {
  if (thrown instanceof WarehouseError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = text.includes(STACK) ? new Error(text.slice(0, text.indexOf(STACK))) : thrown;
  const [, kind, message] = KINDS.find(([pattern]) => pattern.test(text)) ?? OTHER;
  return new WarehouseError(kind, message, { cause });
}

/** Behind its own failures DuckDB writes where in its code they happened. */
const STACK = "\n\nStack Trace:";

type Kind = readonly [RegExp, WarehouseErrorKind, string];

const NOT_THERE = "The warehouse has no such table or column.";

const KINDS: readonly Kind[] = [
  [/^Catalog Error: (Table|Schema) with name |^Binder Error: Catalog ".*" does not exist/, "missing", NOT_THERE],
  [/^Binder Error: (Referenced column ".*" not found|.* does not have a column named )/, "missing", NOT_THERE],
  [
    /^Permission Error|^Invalid Input Error: (Cannot execute statement .* read-only|Cannot change configuration option)/,
    "denied",
    "The warehouse does not allow the statement.",
  ],
  [/^Out of Memory Error/, "too-large", "The statement needs more memory than the warehouse may use."],
  [/^Out of Range Error/, "out-of-range", "A value became larger than its type can hold."],
  [/^Conversion Error/, "not-convertible", "A value cannot be converted to the type that it is cast to."],
  [/^(IO|FATAL) Error/, "unavailable", "The warehouse could not run the statement."],
];

const OTHER: Kind = [/^/, "statement", "The warehouse refused the statement."];
