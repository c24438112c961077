import type { Figure } from "../../bench/report.ts";

/**
 * One fault and what Assay promises under it. A file of this folder named after its number exports one as `fault`;
 * `npm run test:faults` injects them in turn and writes what it measured into docs/reliability.md.
 */
export interface Fault {
  /** Its number, such as `X01`. */
  readonly id: string;
  /** What goes wrong, such as `The database refuses connections`. */
  readonly name: string;
  /** How it is brought about, in a few words. */
  readonly injection: string;
  /** What a caller may rely on, in one or two sentences. */
  readonly promise: string;
  /**
   * Brings it about on real parts, and leaves nothing running.
   *
   * @returns What was measured, each with what it may be at most or at least. A promise that holds or does not is a
   * count of the times that it was broken, with the target 0.
   * @throws When it could not be brought about, which is a failure of the run and no outcome.
   */
  run(): Promise<readonly Figure[]>;
}
