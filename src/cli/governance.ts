import { writeFileSync } from "node:fs";
import path from "node:path";
import {
  CannotTellError,
  checkTree,
  commitOf,
  type GovernanceReport,
  type GovernedTree,
  mergeBaseOf,
  openRepository,
  POLICY_FILE,
  readTree,
  reportGithub,
  reportJson,
  reportMarkdown,
  reportSarif,
  reportText,
  TRUST_ROOT,
  treeAt,
  tryNewlyCertified,
} from "../governance/index.ts";
import { type Arguments, type Flags, many, one } from "./arguments.ts";
import { definitionsFolder, type SettingsFlag } from "./definitions.ts";
import { CommandFailure, EXIT, unusable } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export type BaseFlag = "base" | "now";
export type ReportFlag = BaseFlag | "out" | "format";

export const BASE_FLAGS: Flags<BaseFlag> = {
  base: { value: "REF", about: "the branch that the change goes to, such as origin/main: its policy judges" },
  now: { value: "ISO", about: "the day to judge on, such as 2026-11-20 (else today)" },
};

const FORMATS = ["text", "json", "sarif", "github", "markdown"] as const;
export type ReportFormat = (typeof FORMATS)[number];

export const REPORT_FLAGS: Flags<ReportFlag> = {
  ...BASE_FLAGS,
  format: { value: "FORMAT", about: "text (default), json, sarif, github (annotations) or markdown" },
  out: { value: "FORMAT=PATH", many: true, about: "writes the report in that format to a file too" },
};

/** @throws CommandFailure when it is no instant */
export function chosenNow(args: Arguments<"now">): Date {
  const written = one(args, "now");
  if (written === null) return new Date();
  const isInstant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(written);
  const at = new Date(written);
  if (!isInstant || Number.isNaN(at.getTime())) {
    throw unusable(`--now is a day or an instant, not "${written}".`, "as in --now 2026-11-20");
  }
  return at;
}

export function reportFormat(args: Arguments<"format">): ReportFormat {
  const written = one(args, "format") ?? "text";
  const chosen = FORMATS.find((format) => format === written);
  if (!chosen) throw unusable(`--format must be one of ${FORMATS.join(", ")}, not "${written}".`);
  return chosen;
}

/** What lies in the working tree. */
export function governedTree(args: Arguments<SettingsFlag>, terminal: Terminal): GovernedTree {
  return readTree(definitionsFolder(args, terminal));
}

/**
 * The base that was asked for; null: none was.
 *
 * @param head The tree that is compared with it, if it was read: what both have is not read again.
 * @throws CommandFailure when it is not here: exit code 3
 */
export function chosenBase(
  args: Arguments<SettingsFlag | BaseFlag>,
  terminal: Terminal,
  head: GovernedTree | null = null,
): { readonly start: GovernedTree; readonly target: GovernedTree } | null {
  const revision = one(args, "base");
  if (revision === null) return null;
  const folder = definitionsFolder(args, terminal);
  return orCannotTell(() => {
    const repository = openRepository(path.dirname(path.resolve(folder)));
    const tip = commitOf(repository, revision);
    const parted = mergeBaseOf(repository, tip, commitOf(repository, "HEAD"));
    const target = treeAt(repository, folder, revision, head);
    return { target, start: parted === tip ? target : treeAt(repository, folder, parted, head) };
  });
}

/** @throws CommandFailure with exit code 3, for what is not here to be compared with */
export function orCannotTell<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof CannotTellError)) throw thrown;
    throw new CommandFailure(EXIT.cannotTell, "BASE_MISSING", thrown.message, { help: thrown.help });
  }
}

/**
 * A governed base that does not load says of nothing whether it changed, and of nobody whether they may.
 *
 * @throws CommandFailure with exit code 3
 */
function demandSound({ start, target }: NonNullable<ReturnType<typeof chosenBase>>): void {
  if (!target.files.has(POLICY_FILE) || (start.catalog && target.rules)) return;
  const { revision } = target.rules ? start : target;
  const what = target.rules ? "The definitions" : "The policy";
  throw new CommandFailure(EXIT.cannotTell, "BASE_UNUSABLE", `${what} of the base, ${revision}, cannot be read.`, {
    help: "mend the base first, or take the last revision before it broke: --base REF",
  });
}

/**
 * With what does not load nothing can be compared: to say that nothing changed would be wrong.
 *
 * @throws CommandFailure with exit code 3
 */
export function demandLoaded({ start }: NonNullable<ReturnType<typeof chosenBase>>): void {
  if (start.catalog) return;
  throw new CommandFailure(EXIT.cannotTell, "BASE_UNUSABLE", `The definitions of ${start.revision} do not load.`, {
    help: "compare with a revision whose definitions do",
  });
}

/** Judges what lies in the working tree, or the change from the base to it. */
export async function judgeTree(
  args: Arguments<SettingsFlag | BaseFlag>,
  terminal: Terminal,
  how: { readonly isWhole: boolean; readonly isStrict: boolean },
): Promise<GovernanceReport> {
  const head = governedTree(args, terminal);
  const base = chosenBase(args, terminal, head);
  if (base) demandSound(base);
  const trustRoot = terminal.env[TRUST_ROOT] ?? null;
  const progress = terminal.progress();
  const trials = base
    ? await tryNewlyCertified(head, base.start, base.target.rules ?? head.rules, (message) => progress.show(message))
    : new Map();
  progress.done();
  return checkTree({ head, base, now: chosenNow(args), trustRoot, trials, ...how });
}

/** Prints the report, and writes it to every file that was asked for. */
export async function tellReport(
  report: GovernanceReport,
  args: Arguments<SettingsFlag | "format" | "out">,
  terminal: Terminal,
): Promise<void> {
  const format = reportFormat(args);
  const project = path.dirname(path.resolve(definitionsFolder(args, terminal)));
  const files = many(args, "out").map((written) => {
    const [name = "", ...rest] = written.split("=");
    const chosen = FORMATS.find((one) => one === name);
    if (!chosen || rest.join("=") === "") {
      throw unusable(`--out is FORMAT=PATH, not "${written}".`, "as in --out markdown=summary.md");
    }
    return { format: chosen, file: rest.join("=") };
  });
  for (const { format: wanted, file } of files) writeFileSync(file, inFormat(report, wanted, project, false));
  await terminal.print(inFormat(report, format, project, terminal.colors.output));
}

function inFormat(report: GovernanceReport, format: ReportFormat, project: string, color: boolean): string {
  switch (format) {
    case "text":
      return reportText(report, { color });
    case "json":
      return reportJson(report);
    case "sarif":
      return reportSarif(report, prefixOf(project));
    case "github":
      return reportGithub(report, prefixOf(project));
    case "markdown":
      return reportMarkdown(report);
  }
}

/** GitHub knows files by their paths from the top of the repository, which the project may lie below. */
function prefixOf(project: string): string {
  try {
    return openRepository(project).prefix;
  } catch (thrown) {
    if (thrown instanceof CannotTellError) return "";
    throw thrown;
  }
}
