/** What keeps a case from passing on the emulator, though BigQuery itself would answer it. */
export interface Shortfall {
  readonly reason: string;
  /** In what goes wrong: the emulator's words, or how the answers differ. */
  readonly sign: RegExp;
}

/** By the name of the case. One that passes all the same fails the run: its entry is to go. */
export const CANNOT: ReadonlyMap<string, Shortfall> = new Map<string, Shortfall>([]);

/** Conditions that no group of the small sample meets, and ones that some do and some do not. */
export const MILDER: ReadonlyMap<string, readonly [condition: string, milder: string]> = new Map([
  ["filters_at_every_level", ["orders > 100", "orders > 1"]],
  ["levels_in_one_expression", ["revenue > 50000", "revenue > 5000"]],
]);
