/** What a caller asked for, as the contract writes it. Every door makes one; nothing in it has been looked up. */
export interface QueryRequest {
  readonly metrics?: readonly (string | MetricReference)[];
  readonly groupBy?: readonly GroupByReference[];
  /** Conditions of the filter language, ANDed. */
  readonly where?: readonly string[];
  readonly timeRange?: TimeRange | null;
  readonly orderBy?: readonly OrderBy[];
  readonly limit?: number | null;
  readonly offset?: number | null;
  /** Default true; false only without metrics. */
  readonly distinct?: boolean;
  readonly minMaxOnly?: boolean;
  readonly savedQuery?: string | null;
  /** IANA zone in which zoned times are cut and range ends read; the catalog's when missing. */
  readonly timeZone?: string | null;
  /**
   * Keeps exactly the groups in which this model has rows, at any time that its metrics are counted at, whichever
   * metrics are asked for: the row set of a typed field. Made by doors; not part of the contract.
   */
  readonly rowsOf?: string | null;
}

export interface MetricReference {
  readonly name: string;
  readonly as?: string;
  readonly where?: readonly string[];
}

export interface GroupByReference {
  readonly name: string;
  /** `day`, `month` …, or a custom calendar's grain. */
  readonly grain?: string | null;
  readonly datePart?: string | null;
  readonly as?: string | null;
}

/** Inclusive dates or date-times; either end may be missing. */
export interface TimeRange {
  readonly start?: string | null;
  readonly end?: string | null;
}

export interface OrderBy {
  readonly name: string;
  readonly direction?: "asc" | "desc";
}
