import { join } from "node:path";
import { duration, flag, mapping, type ShapeOf, size, text, word } from "../../definition/index.ts";

const WRITER = "a name: lower-case letters, digits, - and _, at most 40";

export const AUDIT = mapping("a mapping", {
  enabled: flag().optional().meta({ description: "false: nothing is recorded. Default true." }),
  folder: text("the path of a folder")
    .optional()
    .meta({ description: "Where the log is written. Default .assay/audit.", examples: ["/var/log/assay"] }),
  writer: text(WRITER)
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, { error: WRITER })
    .optional()
    .meta({ description: "Begins the names of the files. Default assay.", examples: ["web-1"] }),
  on_failure: word(["closed", "open"]).optional().meta({
    description: "While it cannot be written, questions are refused (closed, the default), or answered and counted.",
  }),
  rotate: size("100 KB", "1 GB")
    .optional()
    .meta({ description: "A file that has become this large is followed by another. Default 16 MB." }),
  keep: duration("400 d", "36500 d")
    .optional()
    .meta({
      description: "Files older than this are removed whole. At least and by default 400 d.",
      examples: ["730 d"],
    }),
  checkpoint_key_file: text("the path of a file").optional().meta({
    description:
      "An Ed25519 private key in PEM: signs how far the log has come, so that its end cannot be cut unnoticed.",
  }),
  checkpoint_folder: text("the path of a folder").optional().meta({
    description: "Where these checkpoints are written, best on another machine. Default checkpoints in folder.",
  }),
}).meta({ description: "The record of every question." });

export interface AuditSettings {
  /** Whether the operator asked for it; without that, only a server keeps one, and goes on without it. */
  readonly isConfigured: boolean;
  readonly isEnabled: boolean;
  readonly folder: string;
  readonly writer: string;
  readonly onFailure: "closed" | "open";
  readonly rotateBytes: number;
  readonly keepDays: number;
  readonly checkpointKeyFile: string | null;
  readonly checkpointFolder: string | null;
}

const DAY_MS = 86_400_000;

export function auditFrom(shape: ShapeOf<typeof AUDIT> | undefined): AuditSettings {
  const { enabled, folder, writer, on_failure: onFailure, rotate, keep } = shape ?? {};
  return {
    isConfigured: shape !== undefined,
    isEnabled: enabled ?? true,
    folder: folder ?? join(".assay", "audit"),
    writer: writer ?? "assay",
    onFailure: onFailure ?? (shape ? "closed" : "open"),
    rotateBytes: rotate ?? 16_000_000,
    keepDays: Math.ceil((keep ?? 400 * DAY_MS) / DAY_MS),
    checkpointKeyFile: shape?.checkpoint_key_file ?? null,
    checkpointFolder: shape?.checkpoint_folder ?? null,
  };
}
