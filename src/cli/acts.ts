import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  ActError,
  approve,
  dayOf,
  type EventType,
  eventPath,
  type GovernedTree,
  isDay,
  type LedgerEvent,
  nextEvent,
  printEvent,
  readTree,
  SigningError,
} from "../governance/index.ts";
import { type Arguments, type Flags, one } from "./arguments.ts";
import { definitionsFolder, METRICS_FLAG, type SettingsFlag } from "./definitions.ts";
import { CommandFailure, EXIT, type ExitCode, unusable } from "./failure.ts";
import { type BaseFlag, chosenBase, chosenNow, governedTree } from "./governance.ts";
import type { Terminal } from "./terminal.ts";
import type { Verb } from "./verb.ts";

/** What verbs have in common that write signed events into the working tree. */
export type ActFlag = SettingsFlag | BaseFlag | "reason" | "format";
export type SignFlag = "key" | "as";

export const ACT_FLAGS: Flags<ActFlag> = {
  ...METRICS_FLAG,
  base: { value: "REF", about: "the branch whose rules and keys count (else those that lie here)" },
  now: { value: "ISO", about: "the day of issue, such as 2026-11-20 (else today)" },
  reason: { value: "TEXT", about: "why, in one sentence: it is signed, and shown to whoever asks" },
  format: { value: "FORMAT", about: "text (default) or json" },
};

export const SIGN_FLAGS: Flags<SignFlag> = {
  key: { value: "FILE", about: "a private SSH key, or a public one whose private half the agent holds" },
  as: {
    value: "NAME",
    about: "who signs, where a key may sign for several; a bare name without a key (demonstrations)",
  },
};

export function namesOf({ positionals }: { readonly positionals: readonly string[] }): readonly string[] {
  if (positionals.length === 0) throw unusable("Name a metric.", "as in assay approve revenue --key ~/.ssh/id_ed25519");
  return positionals;
}

export function reasonOf(args: Arguments<"reason">, fallback: string | null = null): string {
  const reason = one(args, "reason") ?? fallback;
  if (reason === null)
    throw unusable("Say why: it is part of what is signed.", 'as in --reason "counts refunds twice"');
  return reason;
}

/** A day that a flag gives; null: it is not given. */
export function dayFlag<Name extends string>(args: Arguments<Name>, name: NoInfer<Name>): string | null {
  const written = one(args, name);
  if (written !== null && !isDay(written)) throw unusable(`--${name} is a day such as 2027-03-31, not "${written}".`);
  return written;
}

/** Whose rules and keys count. */
export function judgeOf(
  args: Arguments<SettingsFlag | BaseFlag>,
  terminal: Terminal,
  tree: GovernedTree,
): GovernedTree {
  const target = chosenBase(args, terminal)?.target;
  return target?.rules ? target : tree;
}

/** What lies in the working tree, under the rules and keys that count. */
export function judgedTree(
  args: Arguments<SettingsFlag | BaseFlag>,
  terminal: Terminal,
): {
  readonly tree: GovernedTree;
  readonly base: GovernedTree | null;
} {
  const tree = governedTree(args, terminal);
  const base = chosenBase(args, terminal)?.target ?? null;
  if (!base?.rules) return { tree, base };
  const { rules, rulesByDigest, signers } = base;
  return { tree: { ...tree, rules, rulesByDigest, signers }, base };
}

/** Writes files below the project: the parent of the folder of definitions. */
export function writeProjectFiles(
  args: Arguments<SettingsFlag>,
  terminal: Terminal,
  files: ReadonlyMap<string, string>,
): void {
  const project = path.dirname(path.resolve(definitionsFolder(args, terminal)));
  for (const [name, text] of files) {
    const file = path.join(project, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Turns what the room throws into one clear message and an exit code. */
export async function acting(act: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await act();
  } catch (thrown) {
    if (thrown instanceof ActError) {
      throw new CommandFailure(EXIT.findings, "ACT_REFUSED", thrown.message, { help: thrown.help });
    }
    if (thrown instanceof SigningError) throw new CommandFailure(EXIT.cannotTell, "NOT_SIGNED", thrown.message);
    throw thrown;
  }
}

/** Tells which files were written. */
export async function tellWritten(
  args: Arguments<"format">,
  terminal: Terminal,
  files: Iterable<string>,
  lines: readonly string[],
): Promise<void> {
  const paths = [...files];
  const isJson = one(args, "format") === "json";
  const text = [...paths.map((file) => `wrote ${file}`), ...lines].map((line) => `${line}\n`).join("");
  await terminal.print(isJson ? `${JSON.stringify({ files: paths, notes: lines })}\n` : text);
}

/** A verb that takes a certification back, or ends a metric: one event for each metric, signed at once where a key is given. */
export function withdrawing<Name extends string>(
  verb: Pick<Verb<ActFlag | SignFlag | Name>, "name" | "summary" | "examples"> & { readonly flags: Flags<Name> },
  type: EventType,
  more: (args: Arguments<ActFlag | SignFlag | Name>) => { readonly sunset?: string; readonly replacedBy?: string },
): Verb<ActFlag | SignFlag | Name> {
  return {
    name: verb.name,
    summary: verb.summary,
    operands: "METRIC…",
    flags: { ...ACT_FLAGS, ...SIGN_FLAGS, ...verb.flags },
    examples: verb.examples,
    run: (args, terminal) =>
      acting(async () => {
        const now = chosenNow(args);
        const { tree } = judgedTree(args, terminal);
        const draft = { type, reason: reasonOf(args), ...more(args) };
        const events = namesOf(args).map((metric) => nextEvent(tree, { ...draft, metric }, dayOf(now.getTime())));
        writeProjectFiles(args, terminal, new Map(events.map((event) => [eventPath(event), printEvent(event)])));
        const signed = await signedAtOnce(args, terminal, events);
        await tellWritten(args, terminal, events.map(eventPath), [...signed, ...next(events, signed.length > 0)]);
        return EXIT.fine;
      }),
  };
}

async function signedAtOnce(
  args: Arguments<ActFlag | SignFlag>,
  terminal: Terminal,
  events: readonly LedgerEvent[],
): Promise<readonly string[]> {
  const [key, as] = [one(args, "key"), one(args, "as")];
  if (key === null && as === null) return [];
  const tree = readTree(definitionsFolder(args, terminal));
  const judge = judgeOf(args, terminal, tree);
  const told: string[] = [];
  for (const { metric } of events) {
    const approved = await approve(tree, { what: metric, key, as, judge, now: chosenNow(args) });
    writeProjectFiles(args, terminal, approved.files);
    told.push(`${approved.by} approved ${metric}`);
  }
  return told;
}

function next(events: readonly LedgerEvent[], isSigned: boolean): readonly string[] {
  return isSigned ? [] : events.map(({ metric }) => `next: assay approve ${metric} --key FILE`);
}
