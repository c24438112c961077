/** What keeps a case from passing on the emulator, though BigQuery itself would answer it. */
export interface Shortfall {
  readonly reason: string;
  /** In what goes wrong: the emulator's words, or how the answers differ. */
  readonly sign: RegExp;
}

/** By the name of the case. One that passes all the same fails the run: its entry is to go. */
export const CANNOT: ReadonlyMap<string, Shortfall> = new Map<string, Shortfall>([]);
