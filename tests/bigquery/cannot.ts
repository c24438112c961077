/** What keeps a case from passing on the emulator, though BigQuery itself would answer it. */
export interface Shortfall {
  readonly reason: string;
  /** Which plans of the case fall short; the other one has to pass. */
  readonly plans: "optimised" | "both";
  /** In what goes wrong: the emulator's words, ours, or how the answers differ. */
  readonly sign: RegExp;
}

/** SQLite, beneath the emulator, joins row by row and finds the rows of a CTE anew for each: these take minutes. */
const TOO_SLOW = {
  reason: "each day is joined to every order of its window, and the orders are found anew for each day",
  sign: /The statement was ended before it had finished/,
} as const;

/** What a case on the list is given, in milliseconds. Those that are not on it have minutes. */
export const PATIENCE_MS = 10_000;

/** By the name of the case. One that passes all the same fails the run: its entry is to go. */
export const CANNOT: ReadonlyMap<string, Shortfall> = new Map<string, Shortfall>([
  ["revenue_month_to_date_by_month", { ...TOO_SLOW, plans: "both" }],
  ["revenue_month_to_date_by_segment", { ...TOO_SLOW, plans: "optimised" }],
  [
    "comparison_of_running_values",
    { reason: "the small sample holds no day of its range", plans: "both", sign: /No rows to compare/ },
  ],
]);

/** What no group of the small sample meets, or lies outside the year that it holds; and what some meet and some do not. */
export const MILDER: ReadonlyMap<string, readonly (readonly [text: string, milder: string])[]> = new Map([
  ["filters_at_every_level", [["orders > 100", "orders > 1"]]],
  ["levels_in_one_expression", [["revenue > 50000", "revenue > 5000"]]],
  ["share_of_a_distinct_count", [["active_customers > 100", "active_customers > 1"]]],
  [
    "comparison_leap_day",
    [
      ["2024-02-20", "2026-02-20"],
      ["2024-03-10", "2026-06-30"],
    ],
  ],
  [
    "comparison_year_on_year_by_day",
    [
      ["2025-02-26", "2026-02-01"],
      ["2025-03-02", "2026-03-31"],
    ],
  ],
  [
    "filled_value_of_a_metric",
    [
      ["2024-01-01", "2026-01-01"],
      ["2024-12-31", "2026-10-31"],
    ],
  ],
]);
