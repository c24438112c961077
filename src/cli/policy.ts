import type { Catalog } from "../catalog/index.ts";
import { type Diagnostic, report } from "../diagnostics/index.ts";
import { hashKeyFrom, SettingError, type Settings } from "../settings/index.ts";
import type { Arguments } from "./arguments.ts";
import { settingsFailure, settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** The secret of masks by hash; null: the settings name none. @throws CommandFailure where it is not what they say */
export function chosenHashKey(args: Arguments<"config">, terminal: Terminal): string | null {
  try {
    return hashKeyFrom(settingsFor(args, terminal).policy, terminal.env);
  } catch (thrown) {
    if (thrown instanceof SettingError) throw settingsFailure([thrown.diagnostic]);
    throw thrown;
  }
}

/** Where others than the operator are let in, and could guess what stands behind a hash. */
export function hashKeyWarning({ identity, policy }: Settings, { policies }: Catalog): Diagnostic | null {
  if (!identity || policy.hash_key) return null;
  const hashed = [...policies.values()].filter(({ roles }) =>
    [...roles.values()].some(({ masks }) => [...masks.values()].some(({ kind }) => kind === "hash")),
  );
  return hashed.length === 0
    ? null
    : report("settings/no-hash-key", { models: hashed.map(({ model }) => model) }, null);
}
