import type { Dialect } from "../catalog/index.ts";
import { type StatementRun, WarehouseError } from "../warehouse/index.ts";
import type { Question } from "./question.ts";

/**
 * The step of one statement, within the question that it runs for, the first of those that share it.
 *
 * @param questions How many it answers.
 */
export function traceStatement({ span }: Question, dialect: Dialect, questions = 1) {
  const step = span?.begin("statement", { "db.system.name": SYSTEMS[dialect], "assay.questions": questions });
  const queue = step?.begin("queue");
  return {
    onTurn: () => queue?.end(),
    ran({ servedBy, bytesProcessed, bytesBilled }: StatementRun, rows: number): void {
      step?.set({
        "assay.served_by": servedBy,
        "assay.rows": rows,
        ...(bytesProcessed !== null && { "assay.bytes_processed": bytesProcessed }),
        ...(bytesBilled !== null && { "assay.bytes_billed": bytesBilled }),
      });
      step?.end();
    },
    /** @returns what was thrown, for the caller to throw on. */
    failed(thrown: unknown): unknown {
      queue?.end();
      if (thrown instanceof WarehouseError) step?.set({ "error.type": thrown.kind });
      step?.end(true);
      return thrown;
    },
  };
}

/** As the semantic conventions of OpenTelemetry name them, or would. */
const SYSTEMS: Readonly<Record<Dialect, string>> = {
  duckdb: "duckdb",
  postgres: "postgresql",
  bigquery: "gcp.bigquery",
};
