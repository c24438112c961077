import type { OssieCode } from "./ossie/codes.ts";

/** What an import has to say about one thing that it read: what could not be carried over, and what to know about it. */
export interface ReportEntry {
  /** error: lost, or to be completed by hand; warning: carried over in another way, or in part; info: nothing is lost. */
  readonly severity: "error" | "warning" | "info";
  readonly code: ReportCode | OssieCode;
  /** The file that was read, from the folder that was given. */
  readonly file: string;
  /** Counts from 1; null where the file as a whole is meant. */
  readonly line: number | null;
  /** `metric "revenue"`, `measure "amount" of model "orders"`. */
  readonly object: string;
  readonly message: string;
  /** What stands in the definitions instead; null: nothing. */
  readonly written: string | null;
}

/** Every code there is, with how grave it is unless an entry says otherwise. */
export const REPORT_CODES = {
  /** Where the rows come from is not known. */
  UNRESOLVED_SOURCE: "error",
  INVALID_VALUE: "error",
  /** Not in our filter language. */
  UNSUPPORTED_FILTER: "error",
  /** SQL of a measure, dimension or entity that our expression language lacks. */
  UNSUPPORTED_EXPRESSION: "error",
  UNKNOWN_FIELD: "warning",
  /** A name that leads nowhere, or to something that was itself left out. */
  UNKNOWN_REFERENCE: "error",
  NAME_CHANGED: "warning",
  AMBIGUOUS_PATH: "error",
  EXPORT_NOT_IMPORTED: "warning",
  UNRESOLVED_JINJA: "error",
  /** Read as it is written, which dbt itself does not do. */
  DBT_DIFFERS: "warning",
  /** Says something that has no effect in dbt or MetricFlow either. */
  NO_EFFECT: "info",
  UNREADABLE_FILE: "error",
} as const;

export type ReportCode = keyof typeof REPORT_CODES;
