import type { Span } from "../diagnostics/index.ts";
import type { Filter, Metric } from "./metric.ts";
import type { Calendar, Model } from "./model.ts";
import type { MetricTest } from "./test.ts";

export interface SavedQuery {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly metrics: readonly string[];
  /** As written in a request: `{name, grain}` or `{name, datePart}`. */
  readonly groupBy: readonly {
    readonly name: string;
    readonly grain?: string;
    readonly datePart?: string;
    readonly as?: string;
  }[];
  readonly filters: readonly Filter[];
  readonly orderBy: readonly { readonly name: string; readonly direction: "asc" | "desc" }[];
  readonly limit: number | null;
  readonly tags: readonly string[];
  readonly span: Span | null;
}

/** The immutable semantic graph. Maps are in the authors' order: by file path, then by place in the file. */
export interface Catalog {
  /** Hash of everything in it but the tests: equal definitions, equal version. 16 hex digits. */
  readonly version: string;
  /** IANA zone in which instants are cut into days; `UTC` unless set. */
  readonly timeZone: string;
  readonly models: ReadonlyMap<string, Model>;
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly savedQueries: ReadonlyMap<string, SavedQuery>;
  readonly calendars: readonly Calendar[];
  /** By metric; metrics without tests are left out. */
  readonly tests: ReadonlyMap<string, readonly MetricTest[]>;
}
