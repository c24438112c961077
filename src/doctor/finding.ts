import { positionOf, type Span } from "../diagnostics/index.ts";
import { WORDS, type Words } from "./words.ts";

export type FindingSeverity = "error" | "warning" | "ok";

/** What an examination found of one thing: wrong, doubtful or as it should be. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** What it is about: `orders`, `orders.amount`, `orders -> customers`, or the warehouse. */
  readonly subject: string;
  readonly message: string;
  /** The way out; null where nothing has to be done. */
  readonly help: string | null;
  /** Where the definition stands that the warehouse does not agree with; null: it is about the warehouse itself. */
  readonly file: string | null;
  readonly line: number | null;
  /** The numbers that the message rests on. */
  readonly evidence: Readonly<Record<string, number>>;
}

export type FindingCode = keyof typeof WORDS;
type FactsOf = { readonly [C in FindingCode]: Parameters<(typeof WORDS)[C]>[0] };

/** A finding in the words of the table. */
export function finding<C extends FindingCode>(
  code: C,
  subject: string,
  facts: FactsOf[C],
  span: Span | null,
  evidence: Finding["evidence"] = {},
): Finding {
  const { severity, message, help } = wordsOf[code](facts);
  const place = { file: span?.file.path ?? null, line: span ? positionOf(span).line : null };
  return { code, severity, subject, message, help, ...place, evidence };
}

const wordsOf: { readonly [C in FindingCode]: (facts: FactsOf[C]) => Words } = WORDS;
