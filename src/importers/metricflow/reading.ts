import { REPORT_CODES, type ReportCode, type ReportEntry } from "../report.ts";
import type { Origin } from "./project.ts";

/** What the parts of one import share. */
export interface Reading {
  readonly entries: ReportEntry[];
  /** The table of a dbt model by its name; null where neither dbt's artifacts nor the caller say. */
  readonly tableOf: (model: string) => string | null;
  /** Something was wrong with what is being read at the moment, so that it cannot be written. */
  hasFailed: boolean;
}

/** Reports what is carried over in another way, or concerns nothing that is written. */
export function tell(
  reading: Reading,
  code: ReportCode,
  { file, line, object }: Origin,
  message: string,
  written: string | null = null,
  severity: ReportEntry["severity"] = REPORT_CODES[code],
): void {
  reading.entries.push({ severity, code, file, line, object, message, written });
}

/** Reports why what is being read cannot be written. */
export function fail(reading: Reading, code: ReportCode, origin: Origin, message: string): void {
  tell(reading, code, origin, message);
  reading.hasFailed = true;
}

/** What `read` returns, or null where it failed; whatever is around it goes on. */
export function attempt<T>(reading: Reading, read: () => T | null): T | null {
  const before = reading.hasFailed;
  reading.hasFailed = false;
  const value = read();
  const hasFailed = reading.hasFailed;
  reading.hasFailed = before;
  return hasFailed ? null : value;
}
