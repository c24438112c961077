import type { Arguments, Flags } from "./arguments.ts";
import type { ExitCode } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** One verb of the program; `--help` is written from it. */
export interface Verb<Name extends string = string> {
  readonly name: string;
  readonly summary: string;
  /** What stands after the verb without a flag: `[METRIC…]`; null: nothing may. */
  readonly operands: string | null;
  readonly flags: Flags<Name>;
  readonly examples: readonly string[];
  run(args: Arguments<Name>, terminal: Terminal): Promise<ExitCode>;
}
