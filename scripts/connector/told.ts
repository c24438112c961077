import { ClaspError } from "./clasp.ts";
import { SettingsError } from "./settings.ts";

/** Runs a script. What stops it is told in words: status 2 for flags and settings, 1 for what clasp could not do. */
export function told(help: string, act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (isOfFlags(thrown)) {
      console.error(`${thrown.message}\n\n${help}`);
      process.exitCode = 2;
    } else if (thrown instanceof SettingsError || thrown instanceof ClaspError) {
      console.error(thrown.message);
      process.exitCode = thrown instanceof SettingsError ? 2 : 1;
    } else throw thrown;
  }
}

/** @see https://nodejs.org/api/util.html#utilparseargsconfig */
function isOfFlags(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("ERR_PARSE_ARGS_");
}
