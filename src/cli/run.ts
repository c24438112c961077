import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { WarehouseError } from "../warehouse/index.ts";
import { parseArguments } from "./arguments.ts";
import { CommandFailure, describeFailure, EXIT, type ExitCode, unusable } from "./failure.ts";
import { helpFor, overview } from "./help.ts";
import { queryErrorFrom } from "./query-error.ts";
import { ReaderGone, type Terminal } from "./terminal.ts";
import type { Verb } from "./verb.ts";

/** Loaded when asked for: help needs no warehouse driver. */
const VERBS: readonly { readonly name: string; readonly summary: string; load(): Promise<Verb> }[] = [
  { name: "serve", summary: "the GraphQL server", load: async () => (await import("./verbs/serve.ts")).serve },
  {
    name: "check",
    summary: "loads and checks every definition",
    load: async () => (await import("./verbs/check.ts")).check,
  },
  { name: "query", summary: "runs metric queries", load: async () => (await import("./verbs/query.ts")).query },
  {
    name: "explain",
    summary: "the plan and the SQL of a query",
    load: async () => (await import("./verbs/explain.ts")).explain,
  },
  {
    name: "test",
    summary: "runs the tests that stand beside the metrics",
    load: async () => (await import("./verbs/test.ts")).test,
  },
  {
    name: "diff",
    summary: "what a change does to each metric",
    load: async () => (await import("./verbs/diff.ts")).diff,
  },
  {
    name: "impact",
    summary: "what hangs on a metric, and how its numbers change",
    load: async () => (await import("./verbs/impact.ts")).impact,
  },
  {
    name: "certify",
    summary: "events that certify metrics",
    load: async () => (await import("./verbs/certify.ts")).certify,
  },
  {
    name: "propose",
    summary: "events for all that a change made stale",
    load: async () => (await import("./verbs/certify.ts")).propose,
  },
  {
    name: "approve",
    summary: "signs an event with your SSH key",
    load: async () => (await import("./verbs/approve.ts")).approve,
  },
  {
    name: "renew",
    summary: "certifies for longer",
    load: async () => (await import("./verbs/certify.ts")).renew,
  },
  {
    name: "suspend",
    summary: "says that a metric is wrong, until it is certified again",
    load: async () => (await import("./verbs/suspend.ts")).suspend,
  },
  {
    name: "revoke",
    summary: "takes a certification back",
    load: async () => (await import("./verbs/revoke.ts")).revoke,
  },
  {
    name: "deprecate",
    summary: "promises until when a metric stays",
    load: async () => (await import("./verbs/deprecate.ts")).deprecate,
  },
  {
    name: "retire",
    summary: "ends a deprecated metric",
    load: async () => (await import("./verbs/retire.ts")).retire,
  },
  {
    name: "version",
    summary: "raises the version of a metric in its file",
    load: async () => (await import("./verbs/version.ts")).version,
  },
  {
    name: "ledger",
    summary: "checks the chain of signed events",
    load: async () => (await import("./verbs/ledger.ts")).ledger,
  },
  {
    name: "fingerprint",
    summary: "what signatures on a metric are bound to",
    load: async () => (await import("./verbs/fingerprint.ts")).fingerprint,
  },
  {
    name: "lineage",
    summary: "what a metric is made of, down to columns",
    load: async () => (await import("./verbs/lineage.ts")).lineage,
  },
  {
    name: "lock",
    summary: "writes metrics.lock, whose diff shows how far a change reaches",
    load: async () => (await import("./verbs/lock.ts")).lock,
  },
  {
    name: "docs",
    summary: "the data dictionary as Markdown",
    load: async () => (await import("./verbs/docs.ts")).docs,
  },
  {
    name: "publish",
    summary: "fills the registry's tables in the warehouse",
    load: async () => (await import("./verbs/publish.ts")).publish,
  },
  {
    name: "codeowners",
    summary: "who GitHub asks for a review of which file",
    load: async () => (await import("./verbs/codeowners.ts")).codeowners,
  },
  {
    name: "access",
    summary: "why somebody may see the answer to a question, or not",
    load: async () => (await import("./verbs/access.ts")).access,
  },
  {
    name: "token",
    summary: "a token to try policies with",
    load: async () => (await import("./verbs/token.ts")).token,
  },
  {
    name: "audit",
    summary: "checks and shows the record of every question",
    load: async () => (await import("./verbs/audit.ts")).audit,
  },
  {
    name: "usage",
    summary: "who asks for what, from the audit log",
    load: async () => (await import("./verbs/usage.ts")).usage,
  },
  {
    name: "refreshed",
    summary: "tells servers that tables have been refreshed",
    load: async () => (await import("./verbs/refreshed.ts")).refreshed,
  },
  {
    name: "doctor",
    summary: "compares the definitions with the warehouse",
    load: async () => (await import("./verbs/doctor.ts")).doctor,
  },
  {
    name: "sample",
    summary: "the sample company's data, in any size",
    load: async () => (await import("./verbs/sample.ts")).sample,
  },
  {
    name: "import",
    summary: "definitions of dbt, MetricFlow and Ossie into ours",
    load: async () => (await import("./verbs/import.ts")).importVerb,
  },
  {
    name: "export",
    summary: "our definitions for Ossie",
    load: async () => (await import("./verbs/export.ts")).exportVerb,
  },
];

/**
 * Runs the program.
 *
 * @param argv what was typed after `assay`
 * @returns the exit code; every failure has been told on standard error, without a stack
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(argv, terminal);
  } catch (thrown) {
    if (thrown instanceof ReaderGone) return EXIT.fine;
    const failure = failureFrom(thrown, terminal);
    terminal.say(describeFailure(failure, terminal.colors.messages));
    if (wantsOneDocument(argv)) await terminal.print(`${JSON.stringify(failureDocument(failure))}\n`).catch(() => {});
    return failure.exitCode;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    terminal.say(overview(VERBS));
    return EXIT.unusable;
  }
  if (first === "--version" || first === "-v") return printed(terminal, `${version()}\n`);
  if (isHelp(first) && rest.length === 0) return printed(terminal, overview(VERBS));
  const verb = await verbNamed(isHelp(first) ? (rest[0] ?? "") : first);
  if (isHelp(first) || rest.some((word) => word === "--help" || word === "-h")) return printed(terminal, helpFor(verb));
  const args = parseArguments(rest, verb.flags);
  const extra = args.positionals[0];
  if (verb.operands === null && extra !== undefined) {
    throw unusable(`assay ${verb.name} takes flags only, not "${extra}".`, `assay ${verb.name} --help shows them`);
  }
  return verb.run(args, terminal);
}

async function verbNamed(name: string): Promise<Verb> {
  const entry = VERBS.find((verb) => verb.name === name);
  if (entry) return entry.load();
  const known = VERBS.map((verb) => verb.name);
  const near = nearest(name, known, 1);
  throw unusable(`There is no verb "${name}".`, near.length > 0 ? null : `the verbs are ${known.join(", ")}`, near);
}

/** The one place that turns what was thrown into words and an exit code; details go to the operator at once. */
function failureFrom(thrown: unknown, terminal: Terminal): CommandFailure {
  if (thrown instanceof CommandFailure) return thrown;
  const { error, detail } = queryErrorFrom(thrown);
  if (detail !== null) terminal.say(detail);
  const { message, suggestions } = error;
  return new CommandFailure(exitCodeOf(thrown), error.code, message, { help: wayOut(thrown), suggestions });
}

/** Where warehouse and definitions differ, the doctor names the table, column or grant. */
function wayOut(thrown: unknown): string | null {
  if (!(thrown instanceof WarehouseError) || !["missing", "denied", "statement"].includes(thrown.kind)) return null;
  return "`assay doctor` tells which table, column or grant it is, and in which definition";
}

function exitCodeOf(thrown: unknown): ExitCode {
  if (thrown instanceof Refusal) return EXIT.findings;
  return thrown instanceof WarehouseError && thrown.kind !== "unavailable" ? EXIT.findings : EXIT.cannotTell;
}

/** `--format json` promises one document whatever happens; JSON lines promise answers only. */
function wantsOneDocument(argv: readonly string[]): boolean {
  const isJson = argv.some((word, i) => word === "--format=json" || (word === "--format" && argv[i + 1] === "json"));
  return isJson && !argv.some((word) => /^--input(=|$)/.test(word));
}

function failureDocument({ code, message, help, suggestions }: CommandFailure): object {
  return { error: { code, message, ...(help !== null && { help }), suggestions } };
}

async function printed(terminal: Terminal, text: string): Promise<ExitCode> {
  await terminal.print(text);
  return EXIT.fine;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h" || word === "help";
}

function version(): string {
  const file = findPackageJSON("..", import.meta.url);
  const manifest: unknown = file === undefined ? null : JSON.parse(readFileSync(file, "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
