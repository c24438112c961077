import type { Span } from "../diagnostics/index.ts";

/** For how long answers may be given again. */
export interface CacheRule {
  /** null: as long as nothing tells of a change. */
  readonly ttlMs: number | null;
  /** Beyond that, while a new answer is asked for. */
  readonly staleMs: number;
  /** What ends an answer before its time: nothing, a look at the source, or word that it was refreshed. */
  readonly refresh: "time" | "probe" | "event";
  /** The author's own SQL gives the same for the same rows. */
  readonly isDeterministic: boolean;
  readonly span: Span | null;
}
