import type { Catalog } from "../catalog/index.ts";
import { type Authenticator, createAuthenticator, IdentityError } from "../identity/index.ts";
import { claimDeclarations } from "../policy/index.ts";
import { identityFrom } from "../settings/index.ts";
import type { Arguments } from "./arguments.ts";
import { CommandFailure, EXIT } from "./failure.ts";
import { settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Lets in whom the settings name; null: they name nobody.
 *
 * @throws CommandFailure with everything that is wrong with the block, each with its setting and place
 */
export function identityAuthenticator(
  args: Arguments<"config">,
  terminal: Terminal,
  catalog: Catalog,
): Authenticator | null {
  const { identity, origins } = settingsFor(args, terminal);
  if (!identity) return null;
  const { settings, settingOf } = identityFrom(identity, claimDeclarations(catalog));
  try {
    return createAuthenticator(settings, { env: terminal.env });
  } catch (thrown) {
    if (!(thrown instanceof IdentityError)) throw thrown;
    const lines = thrown.problems.map((problem) => {
      const setting = settingOf(problem);
      const place = placeOf(setting, origins);
      return `${place === null ? "" : `${place}: `}"${setting}": ${problem.message}.`;
    });
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", lines.join("\n"), {
      help: "docs/settings.md has every key of the block identity",
    });
  }
}

/** Of the setting, or of what it should stand in. */
function placeOf(setting: string, origins: ReadonlyMap<string, string>): string | null {
  for (let name = setting; name !== ""; name = name.replace(/(^|\.|\[)[^.[]*$/, "")) {
    const origin = origins.get(name);
    if (origin !== undefined) return origin;
  }
  return null;
}
