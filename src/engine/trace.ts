/**
 * One step of the work on a request, for whoever traces it: telemetry makes them, and without it there are none. Handed
 * on with the options of a question, because a statement serves several questions and may outlive who asked.
 *
 * Attributes hold names of the catalog, counts and codes: never a value of a question or an answer, nor SQL.
 */
export interface Span {
  /** 32 hexadecimal digits, the trace id: what everything that one request causes has in common. */
  readonly requestId: string;
  /** Where the request came in. */
  readonly door: string;
  /** A step within this one. */
  begin(name: string, attributes?: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  /** @param isFailed By a fault, not by a refusal. */
  end(isFailed?: boolean): void;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;
