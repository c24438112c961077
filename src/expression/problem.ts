import type { TextRange } from "./expr.ts";

/** What is wrong with a text, where in it, and the way out. Safe to show to whoever wrote the text. */
export interface Problem {
  readonly code:
    | "expression/syntax"
    | "expression/unknown-function"
    | "expression/not-allowed"
    | "expression/wrong-type"
    | "expression/wrong-arguments"
    | "expression/bad-name"
    | "expression/metric-without-entity";
  readonly message: string;
  readonly help: string | null;
  readonly at: TextRange;
}

/** A value, or every problem that was found, in the order of the text. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };
