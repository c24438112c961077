import { join } from "node:path";
import { AuditError, type AuditLog, type CheckpointOptions, openAuditLog } from "../audit/index.ts";
import { type AuditSettings } from "../settings/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import type { Arguments } from "./arguments.ts";
import { CommandFailure, EXIT, unusable } from "./failure.ts";
import { settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

export interface AuditNeeds {
  /** Whether a log is kept though no setting asks for it. */
  readonly isDefault: boolean;
  readonly onLost?: (count: number) => void;
  /** Closed where there is no log and none may be missing. */
  readonly warehouse: Warehouse;
}

/**
 * The audit log that the settings ask for; null: none.
 *
 * @throws CommandFailure where questions may not be answered without it
 */
export async function openChosenAudit(
  args: Arguments<"config">,
  terminal: Terminal,
  { isDefault, onLost, warehouse }: AuditNeeds,
): Promise<AuditLog | null> {
  const settings = settingsFor(args, terminal).audit;
  if (!settings.isEnabled || !(settings.isConfigured || isDefault)) return null;
  const { folder, writer, onFailure, rotateBytes, keepDays } = settings;
  const checkpoint = checkpointOf(settings);
  try {
    return await openAuditLog({
      folder,
      writer,
      onFailure,
      rotateBytes,
      keepDays,
      ...(checkpoint && { checkpoint }),
      ...(onLost && { onLost }),
      onProblem: (message) => terminal.say(`audit: ${message}`),
    });
  } catch (thrown) {
    await warehouse.close();
    if (!(thrown instanceof AuditError)) throw thrown;
    throw new CommandFailure(EXIT.cannotTell, "AUDIT_UNAVAILABLE", thrown.message, {
      help: 'make the folder of "audit.folder" writable, or set "audit.on_failure" to open where questions may go unrecorded',
    });
  }
}

/** Where signed checkpoints go; null: none are made. */
export function checkpointOf({ folder, checkpointFolder, checkpointKeyFile }: AuditSettings): CheckpointOptions | null {
  if (checkpointKeyFile !== null) {
    return { folder: checkpointFolder ?? join(folder, "checkpoints"), keyFile: checkpointKeyFile };
  }
  if (checkpointFolder === null) return null;
  throw unusable(
    '"audit.checkpoint_folder" needs a key that signs what is written there.',
    'make one with openssl genpkey -algorithm ed25519 -out audit-key.pem, and name it in "audit.checkpoint_key_file"',
  );
}
