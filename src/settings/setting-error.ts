import type { Diagnostic } from "../diagnostics/index.ts";

/** A setting that turned out unusable when it was needed: a secret that is not there, a file that cannot be read. */
export class SettingError extends Error {
  override readonly name = "SettingError";
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}
