/** A value bound to a placeholder. Dates and times travel as ISO text; the SQL casts them. */
export type BoundValue = string | number | boolean | null;

/** SQL text with `$1 …` placeholders, and the values they bind, in order. */
export interface Statement {
  readonly text: string;
  readonly values: readonly BoundValue[];
}
