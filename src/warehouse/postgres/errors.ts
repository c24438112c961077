import { DatabaseError } from "pg";
import { WarehouseError } from "../warehouse.ts";

/** PostgreSQL's words may quote data and stay in `cause`. */
export function warehouseError(cause: unknown): WarehouseError {
  if (cause instanceof WarehouseError) return cause;
  // Without a code of the server it is the connection that failed.
  const code = cause instanceof DatabaseError ? (cause.code ?? "") : "08000";
  const kind = kindOf(code);
  return new WarehouseError(kind, messageOf(kind), { cause });
}

/** @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
function kindOf(code: string): WarehouseError["kind"] {
  if (code === "57014") return "aborted"; // nobody of ours asked for it: the statement timeout, or an operator
  if (code === "22003" || code === "22008") return "out-of-range";
  if (code === "22P02" || code === "22007" || code === "22018") return "not-convertible";
  // 08P01 is about the connection by its class only: too few values for a statement, or too many.
  const isAboutServer = /^(08(?!P01)|28|3D|40|53|57|58)/.test(code);
  return isAboutServer ? "unavailable" : "statement";
}

function messageOf(kind: WarehouseError["kind"]): string {
  switch (kind) {
    case "statement":
      return "The warehouse refused the statement.";
    case "aborted":
      return "The statement took longer than the warehouse allows.";
    case "unavailable":
      return "The warehouse could not run the statement.";
    case "out-of-range":
      return "A value became larger than its type can hold.";
    case "not-convertible":
      return "A value cannot be converted to the type that it is cast to.";
  }
}

export function aborted(reason: unknown): WarehouseError {
  return new WarehouseError("aborted", "The statement was ended before it had finished.", { cause: reason });
}

export function closed(): WarehouseError {
  return new WarehouseError("unavailable", "The warehouse is closed.");
}
