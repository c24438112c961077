import type { Span } from "../diagnostics/index.ts";
import type { CacheRule } from "./cache.ts";
import type { Certification } from "./certification.ts";
import type { Filter, Metric } from "./metric.ts";
import type { Calendar, Model } from "./model.ts";
import type { ClaimType, ModelPolicy } from "./policy.ts";
import type { MetricTest, PolicyTest } from "./test.ts";

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

/** What a part of a catalog leaves out. */
export interface CatalogView {
  /** The whole of it, by which metrics are computed whose inputs are not seen. */
  readonly definitions: Catalog;
  /** By model that is seen: its dimensions and entities that are not. */
  readonly hidden: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Somebody asked for a metric. */
export interface MetricUse {
  /** A tool or an application, as it names itself. */
  readonly client: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly lastSeen: string;
}

/** The immutable semantic graph. Maps are in the authors' order: by file path, then by place in the file. */
export interface Catalog {
  /** Hash of everything in it but the tests: equal definitions, equal version. 16 hex digits. */
  readonly version: string;
  /** IANA zone in which instants are cut into days; `UTC` unless set. */
  readonly timeZone: string;
  /** For models that say nothing; null: their answers are kept as the operator says. */
  readonly cache: CacheRule | null;
  readonly models: ReadonlyMap<string, Model>;
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly savedQueries: ReadonlyMap<string, SavedQuery>;
  readonly calendars: readonly Calendar[];
  /** By model. A model without one is seen by the operator only. */
  readonly policies: ReadonlyMap<string, ModelPolicy>;
  /** What policies may read of a principal's claims. */
  readonly claims: ReadonlyMap<string, ClaimType>;
  /** What signed events make of each metric, by name; a metric that nothing was signed for is left out. */
  readonly certifications: ReadonlyMap<string, Certification>;
  /** Who asked for each metric, by name, as far as records of uses lie beside the definitions. Missing: none do. */
  readonly uses?: ReadonlyMap<string, readonly MetricUse[]>;
  /** Set where somebody sees a part of it only; `models`, `metrics` and `savedQueries` are then those they see. */
  readonly view?: CatalogView;
  /** By metric; metrics without tests are left out. */
  readonly tests: ReadonlyMap<string, readonly MetricTest[]>;
  /** By model whose policy they stand beside; policies without tests are left out. */
  readonly policyTests: ReadonlyMap<string, readonly PolicyTest[]>;
}
