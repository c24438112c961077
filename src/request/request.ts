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
  /** Conditions on columns of the answer, comparisons included; ANDed, and tested last. */
  readonly having?: readonly string[];
  readonly top?: Top | null;
  /** Only how many groups the answer would have without `limit`, `offset` and `after`: one row, one column `count`. */
  readonly countOnly?: boolean;
  /** Every metric, inputs included, must be certified. */
  readonly requireCertified?: boolean;
  /** IANA zone in which zoned times are cut and range ends read; the catalog's when missing. */
  readonly timeZone?: string | null;
  /**
   * Keeps exactly the groups in which this model has rows, at any time that its metrics are counted at, whichever
   * metrics are asked for: the row set of a typed field. Made by doors; not part of the contract.
   */
  readonly rowsOf?: string | null;
  /**
   * Only what stands behind the rows of this other answer: its groups are the first of these. With its `top.part` of
   * `rest`, what stands behind the rest. Made by doors; not part of the contract.
   */
  readonly parent?: QueryRequest | null;
  /**
   * The page after the row with these order values: one for each column of the order, the groups that end every order
   * included, as the answer writes them. Made by doors; not part of the contract.
   */
  readonly after?: readonly (string | number | boolean | null)[] | null;
}

export interface MetricReference {
  /** `revenue`, or with its version: `revenue@1`. */
  readonly name: string;
  readonly as?: string;
  readonly where?: readonly string[];
  /** The one that is meant; missing: what the bare name means. */
  readonly version?: number | null;
  readonly shift?: Shift | null;
  /** Default `value`. */
  readonly calc?: Calc | null;
  /** Coarser groups over which a share, rank or running total ranges; see `Calc` for what stands in for none. */
  readonly within?: readonly GroupByReference[] | null;
}

/** Back in time: `{by: "P1Y"}`, or so many periods of a grain, custom ones included: `{periods: 1, unit: "quarter"}`. */
export interface Shift {
  /** ISO 8601 duration of one unit: `P1Y`, `P3M`, `P2W`, `P10D`. */
  readonly by?: string | null;
  readonly periods?: number | null;
  readonly unit?: string | null;
}

/**
 * What a column shows of its metric. Every one ranges over all groups, before `having`, `top` and paging.
 *
 *   value          the value; with a shift, the value then
 *   previous       the value then; without a shift, one period earlier
 *   delta          value - previous
 *   delta_ratio    (value - previous) / previous; NULL where previous is 0
 *   share_of_total value / the value over `within` (none: everything), evaluated by the warehouse
 *   rank           1 for the greatest within `within`; equal values share a rank, NULL has none
 *   running_total  sum of the values so far along metric_time, within `within` (none: every other group)
 */
export type Calc = (typeof CALCS)[number];

export const CALCS = ["value", "previous", "delta", "delta_ratio", "share_of_total", "rank", "running_total"] as const;

/** The groups with the greatest values. */
export interface Top {
  readonly n: number;
  /** An output column; null: in the order of the groups. NULL comes last. */
  readonly by?: string | null;
  /** So many for each combination of these group-bys, by the names they have in the answer; none: of all. */
  readonly within?: readonly string[];
  /** `rest`: instead of them, all others together, one row for each combination of `within`. Default `top`. */
  readonly part?: "top" | "rest";
}

export interface GroupByReference {
  readonly name: string;
  /** `day`, `month` …, or a custom calendar's grain. */
  readonly grain?: string | null;
  readonly datePart?: string | null;
  readonly as?: string | null;
  /** Of metric_time at a grain: a row for every period of the range, or else between the first and last with rows. */
  readonly fill?: boolean | null;
}

/** Inclusive dates or date-times, either of which may be missing; or a range relative to now, in the query's zone. */
export interface TimeRange {
  readonly start?: string | null;
  readonly end?: string | null;
  /** So many complete periods before the current one. */
  readonly last?: { readonly n: number; readonly unit: string } | null;
  /** From the start of the current period to today: `month` is month to date. */
  readonly toDate?: string | null;
  /**
   * The groups to whose whole periods the range is widened, instead of the question's own: so that a total covers what
   * the rows do. Made by doors; not part of the contract.
   */
  readonly wholeFor?: readonly GroupByReference[];
  /** Widened already: no group widens it further. Made by `resolveRequest`. */
  readonly isWhole?: true;
  /** How far the period before lies back, where it is not the range's own length. Made by `absoluteRange`. */
  readonly step?: { readonly n: number; readonly unit: string };
  /** The period before as only a calendar knows it; null: it does not reach back so far. Made by `absoluteRange`. */
  readonly before?: { readonly start: string; readonly end: string } | null;
}

export interface OrderBy {
  readonly name: string;
  readonly direction?: "asc" | "desc";
}
