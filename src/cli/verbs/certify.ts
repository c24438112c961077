import path from "node:path";
import {
  CannotTellError,
  certify as certifyMetrics,
  commitOf,
  dayOf,
  evidenceOfImpact,
  filesOf,
  type GovernedTree,
  migrateFingerprints,
  openRepository,
  POLICY_FILE,
  proposePolicy,
} from "../../governance/index.ts";
import {
  ACT_FLAGS,
  type ActFlag,
  acting,
  dayFlag,
  judgedTree,
  namesOf,
  reasonOf,
  tellWritten,
  writeProjectFiles,
} from "../acts.ts";
import { type Arguments, type Flags, isOn, one } from "../arguments.ts";
import { definitionsFolder } from "../definitions.ts";
import { EXIT, type ExitCode, unusable } from "../failure.ts";
import { chosenBase, chosenNow, governedTree } from "../governance.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type CertifyFlag = ActFlag | "expires" | "cascade" | "emergency" | "migrate-fingerprint";

const EXPIRES: Flags<"expires"> = {
  expires: { value: "DAY", about: "how long it holds (else as long as the rules allow, and its inputs hold)" },
};

export const certify: Verb<CertifyFlag> = {
  name: "certify",
  summary: "Writes the events that certify metrics as they are defined now, for owners and council to approve.",
  operands: "METRIC…",
  flags: {
    ...ACT_FLAGS,
    ...EXPIRES,
    cascade: { about: "with the certified metrics that are made of these, and changed only by them" },
    emergency: { about: "for a short time, with one owner and one of the council" },
    "migrate-fingerprint": {
      about: "binds what is certified at --base to a newer specification of fingerprints too: nobody approves it",
    },
  },
  examples: [
    'assay certify revenue --reason "FY27 definition"',
    'assay certify revenue --cascade --reason "refunds count on the day of the refund"',
    'assay certify revenue --emergency --reason "the feed doubled rows"',
    "assay certify --migrate-fingerprint --base origin/main",
  ],
  run: (args, terminal) =>
    acting(() =>
      isOn(args, "migrate-fingerprint")
        ? migrate(args, terminal)
        : write(args, terminal, {
            metrics: namesOf(args),
            reason: reasonOf(args),
            isCascade: isOn(args, "cascade"),
            isEmergency: isOn(args, "emergency"),
          }),
    ),
};

export const propose: Verb<ActFlag | "expires"> = {
  name: "propose",
  summary: `Writes events for every certified metric that a change made stale, or that ran out; or the record of a change of
rules or keys, which the council of before approves.`,
  operands: `[METRIC…] | ${POLICY_FILE}`,
  flags: { ...ACT_FLAGS, ...EXPIRES },
  examples: [
    'assay propose --reason "orders without test shops"',
    `assay propose ${POLICY_FILE} --base origin/main --reason "Dave leaves"`,
  ],
  run: (args, terminal) =>
    acting(() =>
      args.positionals.includes(POLICY_FILE)
        ? writePolicy(args, terminal)
        : write(args, terminal, {
            metrics: args.positionals,
            reason: reasonOf(args),
            isCascade: true,
            isEmergency: false,
          }),
    ),
};

export const renew: Verb<ActFlag | "expires"> = {
  name: "renew",
  summary: "Writes the events that certify metrics for longer, as they were.",
  operands: "METRIC…",
  flags: { ...ACT_FLAGS, ...EXPIRES },
  examples: ["assay renew revenue orders", "assay renew revenue --expires 2027-03-31"],
  run: (args, terminal) =>
    acting(() =>
      write(args, terminal, {
        metrics: namesOf(args),
        reason: reasonOf(args, "renewed as it was"),
        isCascade: false,
        isEmergency: false,
      }),
    ),
};

async function migrate(args: Arguments<CertifyFlag>, terminal: Terminal): Promise<ExitCode> {
  if (isOn(args, "cascade") || isOn(args, "emergency") || one(args, "expires") !== null) {
    throw unusable("A migration changes nothing of a certification: --migrate-fingerprint stands by itself.");
  }
  const { tree } = judgedTree(args, terminal);
  const base = chosenBase(args, terminal)?.start ?? null;
  const request = { metrics: args.positionals, reason: one(args, "reason"), base, now: chosenNow(args) };
  const { files } = migrateFingerprints(tree, request);
  writeProjectFiles(args, terminal, files);
  const next = `next: assay lock, then assay check --base ${one(args, "base")}; nobody approves these`;
  await tellWritten(args, terminal, files.keys(), [next]);
  return EXIT.fine;
}

async function writePolicy(args: Arguments<ActFlag | "expires">, terminal: Terminal): Promise<ExitCode> {
  const base = chosenBase(args, terminal)?.target;
  if (args.positionals.length > 1) throw unusable("Propose a change of the policy by itself.");
  if (!base) throw unusable("Say where the change is to go.", "as in --base origin/main");
  const tree = governedTree(args, terminal);
  const files = proposePolicy(base, tree, { issued: dayOf(chosenNow(args).getTime()), reason: reasonOf(args) });
  writeProjectFiles(args, terminal, files);
  const next = `next: assay approve ${POLICY_FILE} --base ${one(args, "base")} --key FILE, by the council`;
  await tellWritten(args, terminal, files.keys(), [next]);
  return EXIT.fine;
}

/** Without a base whatever was committed may be merged; where there is no repository, everything. */
function merged(args: Arguments<ActFlag>, terminal: Terminal, base: GovernedTree | null): (path: string) => boolean {
  if (base) return (file) => base.files.has(file);
  try {
    const repository = openRepository(path.dirname(path.resolve(definitionsFolder(args, terminal))));
    const committed = filesOf(repository, commitOf(repository, "HEAD"), ["governance/certifications"]);
    const paths = new Set(committed.map((file) => file.path));
    return (file) => paths.has(file);
  } catch (thrown) {
    if (thrown instanceof CannotTellError) return () => true;
    throw thrown;
  }
}

async function write(
  args: Arguments<ActFlag | "expires">,
  terminal: Terminal,
  how: {
    readonly metrics: readonly string[];
    readonly reason: string;
    readonly isCascade: boolean;
    readonly isEmergency: boolean;
  },
): Promise<ExitCode> {
  const now = chosenNow(args);
  const { tree, base } = judgedTree(args, terminal);
  const progress = terminal.progress();
  const made = await certifyMetrics(tree, {
    ...how,
    isMerged: merged(args, terminal, base),
    base,
    impact: evidenceOfImpact(tree, base),
    expires: dayFlag(args, "expires"),
    now,
    onProgress: (message) => progress.show(message),
  });
  progress.done();
  writeProjectFiles(args, terminal, made.files);
  const waiting = made.batch ?? made.events[0]?.metric;
  const lacking = [...made.lacking].flatMap(([metric, missing]) =>
    [...Map.groupBy(missing, ({ fix }) => fix)].flatMap(([fix, same]) => [
      `${metric} lacks ${same.map(({ what }) => what).join(", ")}`,
      `  help: ${fix}`,
    ]),
  );
  const notes =
    waiting === undefined
      ? [`nothing to sign on ${dayOf(now.getTime())}: every one of them has its event, or is certified`]
      : [`next: assay approve ${waiting} --key FILE, by owners and council`];
  await tellWritten(args, terminal, made.files.keys(), [...lacking, ...notes]);
  return EXIT.fine;
}
