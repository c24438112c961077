import type { AuditLog } from "../audit/index.ts";
import type { Catalog } from "../catalog/index.ts";
import type { CacheSettings } from "../settings/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import type { EngineLimits, Period, QueryEvent } from "./engine.ts";
import type { Quotas } from "./quotas.ts";
import type { Results } from "./results.ts";

export interface EngineParts {
  readonly catalog: Catalog;
  readonly warehouse: Warehouse;
  readonly limits?: EngineLimits;
  /** Told when a model's source was looked at: when it last changed, ISO 8601 with `Z`. */
  readonly onProbed?: (model: string, changedAt: string) => void;
  /** Told once of a model whose source cannot be looked at, so that no answer with it is kept, and why. */
  readonly onUnprobed?: (model: string, why: string) => void;
  /** Told of every question when it has ended. */
  readonly onQuery?: (event: QueryEvent) => void;
  /** Where every question is recorded before its answer is given. Whoever opened it closes it, after the engine. */
  readonly audit?: AuditLog;
  /** Secret that goes into masks by hash, so that values cannot be guessed. In no statement's text, and shown nowhere. */
  readonly hashKey?: string;
  /** What each principal may use. */
  readonly quotas?: Quotas;
  /** How answers are kept; without it, as the definitions say, in 256 MiB. */
  readonly cache?: CacheParts;
}

export interface CacheParts extends Partial<CacheSettings> {
  /** Milliseconds that only grow. */
  readonly clock?: () => number;
}

/** What questions need besides. */
export interface OpenParts extends EngineParts {
  readonly results: Results;
  /** Of the catalog's grain. @throws Refusal */
  readonly periodsOf: (grain: string) => Promise<readonly Period[]>;
}
