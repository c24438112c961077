import path from "node:path";
import { mergeMonth, printUsage, type RolledUp, readMonth, rollUp, UnsoundLogError } from "../../governance/index.ts";
import { dayFlag, writeProjectFiles } from "../acts.ts";
import { type Arguments, choice, many } from "../arguments.ts";
import { definitionsFolder, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { chosenNow, governedTree } from "../governance.ts";
import { plural } from "../plural.ts";
import { wordsOf } from "../query-error.ts";
import { settingsFor } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type UsageFlag = SettingsFlag | "audit" | "accept" | "from" | "to" | "now" | "format";

export const usage: Verb<UsageFlag> = {
  name: "usage",
  summary: `Adds up from the audit log who asks for which metric, by what, and when last, into governance/usage: one file a
month, without values. Doing it again changes nothing.`,
  operands: "roll-up",
  flags: {
    ...METRICS_FLAG,
    audit: { value: "DIR", many: true, about: "the log (else the setting audit.folder); several are added up" },
    accept: { value: "HASH", many: true, about: "a gap of the log that was looked into, as for assay audit verify" },
    from: { value: "DAY", about: "only from this day on" },
    to: { value: "DAY", about: "only to this day" },
    now: { value: "ISO", about: "the day it is, such as 2026-11-20 (else today): it is not over, so not covered" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay usage roll-up",
    "assay usage roll-up --audit /var/log/assay-1 --audit /var/log/assay-2",
    "assay usage roll-up --from 2026-11-01 --to 2026-11-30 --format json",
  ],
  async run(args, terminal) {
    if (args.positionals.join() !== "roll-up") throw unusable("Say what to do: assay usage roll-up.");
    const format = choice(args, "format", ["text", "json"]);
    const given = many(args, "audit");
    const folders = given.length > 0 ? given : [settingsFor(args, terminal).audit.folder];
    const today = chosenNow(args).toISOString().slice(0, "2026-11-20".length);
    const [from, to] = [dayFlag(args, "from"), dayFlag(args, "to")];
    const acceptedGaps = new Set(many(args, "accept"));
    const rolled = await orUnreadable(folders, () => rollUp({ folders, acceptedGaps, from, to, today }));
    const written = merged(rolled, args, terminal);
    writeProjectFiles(args, terminal, new Map(written.map(({ file, text }) => [file, text])));
    await terminal.print(
      format === "json"
        ? `${JSON.stringify({ files: written.map(({ text: _, ...one }) => one) })}\n`
        : inWords(written, path.dirname(path.resolve(definitionsFolder(args, terminal)))),
    );
    return EXIT.fine;
  },
};

interface Written {
  readonly file: string;
  readonly text: string;
  readonly uses: number;
  readonly days: number;
}

function merged(rolled: RolledUp, args: Arguments<SettingsFlag>, terminal: Terminal): readonly Written[] {
  const { files } = governedTree(args, terminal);
  return [...rolled].map(([month, now]) => {
    const file = `governance/usage/${month}.json`;
    const there = files.get(file);
    const before = there ? readMonth(there) : null;
    if (before && !before.ok) {
      throw new CommandFailure(EXIT.unusable, "USAGE_UNREADABLE", `${file} cannot be read: ${before.problem}.`, {
        help: "take it back from git, or remove it and roll up again",
      });
    }
    const all = mergeMonth(before?.value ?? null, now);
    return { file, text: printUsage(all), uses: all.records.length, days: all.covered.length };
  });
}

function inWords(written: readonly Written[], project: string): string {
  if (written.length === 0) return `nothing was asked, and no whole day is covered: nothing is written in ${project}\n`;
  return written
    .map(({ file, uses, days }) => `wrote ${file}: ${plural(uses, "use")}, ${plural(days, "day")} covered\n`)
    .join("");
}

async function orUnreadable<T>(folders: readonly string[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof UnsoundLogError) {
      throw new CommandFailure(EXIT.cannotTell, "AUDIT_UNSOUND", thrown.message, {
        help: "assay audit verify tells all of it; nothing was written",
      });
    }
    throw new CommandFailure(EXIT.cannotTell, "AUDIT_UNREADABLE", `The audit log cannot be read: ${wordsOf(thrown)}`, {
      help: `it is looked for in ${folders.join(", ")}; --audit names another place`,
    });
  }
}
