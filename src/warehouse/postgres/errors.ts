import { DatabaseError } from "pg";
import { WarehouseError, type WarehouseErrorKind } from "../warehouse.ts";

/** PostgreSQL's words may quote data and stay in `cause`. */
export function warehouseError(cause: unknown): WarehouseError {
  if (cause instanceof WarehouseError) return cause;
  const kind = kindOf(cause);
  const message = codeOf(cause) === WRITES ? "The warehouse does not allow the statement." : messageOf(kind);
  return new WarehouseError(kind, message, { cause });
}

/** @param host Its URL without credentials. */
export function unreachable(host: string, cause: unknown): WarehouseError {
  if (cause instanceof WarehouseError) return cause;
  const code = codeOf(cause);
  if (code === "53300")
    return new WarehouseError("busy", `${host} takes no more connections now. Try again in a moment.`, { cause });
  return new WarehouseError("unavailable", `No connection to ${host} could be had${reasonOf(code, cause)}.`, { cause });
}

function reasonOf(code: string, cause: unknown): string {
  if (code.startsWith("28")) return ": it refuses our user or password";
  if (code === "3D000") return ": it has no such database";
  // What pg itself finds out has no code.
  const words = cause instanceof Error ? cause.message : "";
  if (words.includes("client password must be a")) return ": it asks for a password, and none is set";
  if (words.includes("does not support SSL"))
    return ": it offers no encryption, which only ?sslmode=disable does without";
  return "";
}

/** The server's own code; where it said nothing, the connection failed. */
export function codeOf(cause: unknown): string {
  return cause instanceof DatabaseError ? (cause.code ?? "") : "08000";
}

/** @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
function kindOf(cause: unknown): WarehouseErrorKind {
  const code = codeOf(cause);
  // Nobody of ours asked for it: the statement timeout did, or an operator.
  if (code === "57014") return cause instanceof Error && /user request/.test(cause.message) ? "aborted" : "timeout";
  if (code === "42P01" || code === "42703" || code === "3F000") return "missing";
  if (code === "42501" || code === WRITES) return "denied";
  if (code === "53300" || code === "55P03") return "busy";
  if (code === "22003" || code === "22008") return "out-of-range";
  if (code === "22P02" || code === "22007" || code === "22018") return "not-convertible";
  // 08P01 is about the connection by its class only: too few values for a statement, or too many.
  const isAboutServer = /^(08(?!P01)|28|3D|40|53|57|58)/.test(code);
  return isAboutServer ? "unavailable" : "statement";
}

/** In a transaction that may only read. */
const WRITES = "25006";

function messageOf(kind: WarehouseErrorKind): string {
  switch (kind) {
    case "statement":
      return "The warehouse refused the statement.";
    case "missing":
      return "The warehouse has no such table or column.";
    case "denied":
      return "The warehouse does not let us read this.";
    case "aborted":
      return "Somebody ended the statement in the warehouse.";
    case "timeout":
      return "The statement took longer than the warehouse allows.";
    case "unavailable":
      return "The warehouse could not run the statement.";
    case "busy":
      return "The warehouse has too much to do now. Try again in a moment.";
    case "too-large":
      return "The answer is too large.";
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
