/** A text file, as read. */
export interface SourceFile {
  /** Relative to the definitions' parent folder, with forward slashes: `metrics/orders.yaml`. */
  readonly path: string;
  readonly text: string;
  /** It may hold secrets: places in it are told, its lines never shown. */
  readonly isConfidential?: true;
}

/** A part of a file: offsets in UTF-16 code units, end exclusive. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export type Severity = "error" | "warning" | "info";

/** One finding about the author's definitions: where, what, and the way out. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string | null;
  readonly span: Span | null;
  readonly related: readonly { readonly message: string; readonly span: Span }[];
}
