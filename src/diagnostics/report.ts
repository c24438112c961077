import { CODES, type Message } from "./codes.ts";
import type { Diagnostic, Span } from "./diagnostic.ts";

export type DiagnosticCode = keyof typeof CODES;
/** The facts that the words of a code need. */
export type ParamsOf = { readonly [C in DiagnosticCode]: Parameters<(typeof CODES)[C]>[0] };

/** A finding in the words of the table. `span` is null only where no place can be named. */
export function report<C extends DiagnosticCode>(
  code: C,
  params: ParamsOf[C],
  span: Span | null,
  related: Diagnostic["related"] = [],
): Diagnostic {
  const { message, help, severity } = wordsOf[code](params);
  return { code, severity: severity ?? "error", message, help, span, related };
}

const wordsOf: { readonly [C in DiagnosticCode]: (params: ParamsOf[C]) => Message } = CODES;
