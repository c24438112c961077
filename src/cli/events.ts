import { eventSecretFrom, SettingError } from "../settings/index.ts";
import type { Arguments } from "./arguments.ts";
import { settingsFailure, settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** The secret that pipelines sign with; null: the settings name none. @throws CommandFailure where it is not what they say */
export function chosenEventSecret(args: Arguments<"config">, terminal: Terminal): string | null {
  try {
    return eventSecretFrom(settingsFor(args, terminal).events, terminal.env);
  } catch (thrown) {
    if (thrown instanceof SettingError) throw settingsFailure([thrown.diagnostic]);
    throw thrown;
  }
}
