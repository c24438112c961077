/** The contract's exit codes: fine; findings or failed queries; unusable arguments or definitions; cannot tell. */
export const EXIT = { fine: 0, findings: 1, unusable: 2, cannotTell: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a verb with one clear message: what is wrong, and the way out. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly help: string | null;
  /** What to write instead, best first. */
  readonly suggestions: readonly string[];

  constructor(
    exitCode: ExitCode,
    code: string,
    message: string,
    more: { readonly help?: string | null; readonly suggestions?: readonly string[] } = {},
  ) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.help = more.help ?? null;
    this.suggestions = more.suggestions ?? [];
  }
}

/** The arguments cannot be used as they stand. */
export function unusable(
  message: string,
  help: string | null = null,
  suggestions: readonly string[] = [],
): CommandFailure {
  return new CommandFailure(EXIT.unusable, "INVALID_ARGUMENTS", message, { help, suggestions });
}

/** For people: the message, and below it the way out where the message does not say it already. */
export function describeFailure({ code, message, help, suggestions }: CommandFailure, isColored: boolean): string {
  const label = isColored ? "\u001b[1;31merror\u001b[0m" : "error";
  const isSaid = suggestions.every((suggestion) => message.includes(`"${suggestion}"`));
  const ways = [...(help === null ? [] : [help]), ...(isSaid ? [] : [didYouMean(suggestions)])];
  return [`${label}[${code}]: ${message}`, ...ways.map((way) => `  help: ${way}`)].join("\n");
}

/** Names in one line; whole sentences, such as join paths, one a line. */
function didYouMean(suggestions: readonly string[]): string {
  if (suggestions.some((suggestion) => suggestion.includes(" "))) return ["choose one:", ...suggestions].join("\n    ");
  return `did you mean ${suggestions.join(" or ")}?`;
}
