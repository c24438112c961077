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
  ["active_customers_28d_by_month_and_segment", { ...TOO_SLOW, plans: "optimised" }],
  ["revenue_month_to_date_by_month", { ...TOO_SLOW, plans: "both" }],
  ["revenue_month_to_date_by_segment", { ...TOO_SLOW, plans: "optimised" }],
]);

/** Conditions that no group of the small sample meets, and ones that some do and some do not. */
export const MILDER: ReadonlyMap<string, readonly [condition: string, milder: string]> = new Map([
  ["filters_at_every_level", ["orders > 100", "orders > 1"]],
  ["levels_in_one_expression", ["revenue > 50000", "revenue > 5000"]],
]);
