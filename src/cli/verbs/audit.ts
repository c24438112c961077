import { type AuditFinding, lastAuditLines, type Verified, verifyAuditLog } from "../../audit/index.ts";
import { type Arguments, choice, many, one, wholeNumber } from "../arguments.ts";
import { checkpointOf } from "../audit.ts";
import { CommandFailure, EXIT, type ExitCode, unusable } from "../failure.ts";
import { displayWidth, visible } from "../output/display.ts";
import { plural } from "../plural.ts";
import { wordsOf } from "../query-error.ts";
import { CONFIG_FLAG, settingsFor } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type AuditFlag = "folder" | "key" | "checkpoints" | "last" | "accept" | "format" | "config";

export const audit: Verb<AuditFlag> = {
  name: "audit",
  summary: "Checks the audit log for altered or missing lines (verify), or shows its last lines (show).",
  operands: "verify|show",
  flags: {
    folder: { value: "DIR", about: "the log (else the setting audit.folder, else .assay/audit)" },
    key: { value: "FILE", about: "key in PEM that checks checkpoints: the public one is enough (else the setting)" },
    checkpoints: { value: "DIR", about: "the checkpoints (else the setting, else checkpoints in the folder)" },
    accept: {
      value: "HASH",
      about: "verify: a gap that was looked into, by the hash that its finding tells",
      many: true,
    },
    last: { value: "N", about: "show: so many lines (default 20)" },
    format: { value: "FORMAT", about: "text (default) or json" },
    ...CONFIG_FLAG,
  },
  examples: [
    "assay audit verify",
    "assay audit verify --folder /var/log/assay --checkpoints /mnt/vault --key audit-public.pem",
    "assay audit verify --accept HASH --accept HASH",
    "assay audit show --last 5 --format json | jq '.lines[].record'",
  ],
  async run(args, terminal) {
    const [action, ...extra] = args.positionals;
    const format = choice(args, "format", ["text", "json"]);
    if (extra.length > 0 || (action !== "verify" && action !== "show")) {
      throw unusable("Say what to do with the log: assay audit verify, or assay audit show.");
    }
    return action === "verify" ? verify(args, terminal, format) : show(args, terminal, format);
  },
};

async function verify(args: Arguments<AuditFlag>, terminal: Terminal, format: "text" | "json"): Promise<ExitCode> {
  const folder = folderFrom(args, terminal);
  const settings = settingsFor(args, terminal).audit;
  const checkpoint = checkpointOf({
    ...settings,
    folder,
    checkpointKeyFile: one(args, "key") ?? settings.checkpointKeyFile,
    checkpointFolder: one(args, "checkpoints") ?? settings.checkpointFolder,
  });
  const acceptedGaps = acceptedFrom(args);
  const verified = await orUnreadable(folder, () =>
    verifyAuditLog({ folder, acceptedGaps, ...(checkpoint && { checkpoint }) }),
  );
  if (verified.chains.length === 0) throw nothingThere(folder);
  await terminal.print(format === "json" ? `${JSON.stringify(verified)}\n` : inWords(verified));
  return verified.findings.some(({ severity }) => severity === "error") ? EXIT.findings : EXIT.fine;
}

function acceptedFrom(args: Arguments<AuditFlag>): ReadonlySet<string> {
  const hashes = many(args, "accept");
  const wrong = hashes.find((hash) => !/^[0-9a-f]{64}$/.test(hash));
  if (wrong === undefined) return new Set(hashes);
  throw unusable(`--accept takes the hash of a gap, not "${wrong}".`, "assay audit verify tells the hash of each gap");
}

async function show(args: Arguments<AuditFlag>, terminal: Terminal, format: "text" | "json"): Promise<ExitCode> {
  const folder = folderFrom(args, terminal);
  const lines = await orUnreadable(folder, () => lastAuditLines(folder, wholeNumber(args, "last") ?? 20));
  const text = lines.map((line) => `${visible(JSON.stringify(line))}\n`).join("");
  await terminal.print(format === "json" ? `${JSON.stringify({ lines })}\n` : text);
  return EXIT.fine;
}

function folderFrom(args: Arguments<AuditFlag>, terminal: Terminal): string {
  return one(args, "folder") ?? settingsFor(args, terminal).audit.folder;
}

async function orUnreadable<T>(folder: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    throw new CommandFailure(EXIT.cannotTell, "AUDIT_UNREADABLE", `The audit log cannot be read: ${wordsOf(thrown)}`, {
      help: `the log is looked for in ${folder}; --folder names another place, --key and --checkpoints what signs it`,
    });
  }
}

function nothingThere(folder: string): CommandFailure {
  return new CommandFailure(EXIT.cannotTell, "AUDIT_UNREADABLE", `There is no audit log in ${folder}.`, {
    help: "--folder names another place",
  });
}

function inWords({ chains, checkpoints, findings }: Verified): string {
  const table = chains.map(({ slot, files, lines, from, to, state }) =>
    [slot, plural(files, "file"), plural(lines, "line"), `${from ?? "-"} to ${to ?? "-"}`, STATES[state]].map(visible),
  );
  const found = findings.map((finding) =>
    [finding.severity, placeOf(finding), finding.kind, finding.message].map(visible),
  );
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const gaps = findings.filter(({ kind, severity }) => kind === "gap" && severity === "note").length;
  const signed = checkpoints === null ? "no key, so checkpoints were not compared" : plural(checkpoints, "checkpoint");
  return `${inColumns(table)}\n${found.length > 0 ? `${inColumns(found)}\n` : ""}${errors === 0 ? `whole${gaps === 0 ? "" : `, but for ${plural(gaps, "accepted gap")}`}` : plural(errors, "finding")}; ${signed}\n`;
}

const STATES = {
  closed: "closed",
  written: "being written",
  unknown: "held by another machine",
  "not closed": "not closed",
} as const;

function placeOf({ file, line }: AuditFinding): string {
  return line === null ? file : `${file}:${line}`;
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => displayWidth(row[i] ?? ""))));
  const padded = rows.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - displayWidth(cell)))),
  );
  return padded.map((row) => `${row.join("  ")}\n`).join("");
}
