import { findMetric } from "../../catalog/index.ts";
import {
  type Consumer,
  changesBetween,
  consumersOf,
  dayOf,
  dependantsOf,
  evidenceFile,
  type GovernedTree,
  type Impact,
  impactDocument,
  impactMarkdown,
  impactText,
  readUsage,
  recentUses,
  redacted,
  reportOfImpact,
  restatedBy,
  unmeasuredMarkdown,
} from "../../governance/index.ts";
import { writeProjectFiles } from "../acts.ts";
import { type Arguments, choice, isOn } from "../arguments.ts";
import { WAREHOUSE_FLAG, type WarehouseFlag } from "../data.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { BASE_FLAGS, type BaseFlag, chosenBase, chosenNow, demandLoaded, governedTree } from "../governance.ts";
import { type Base, type Measured, measured } from "../impact.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type ImpactFlag = SettingsFlag | BaseFlag | WarehouseFlag | "consumers" | "values" | "write" | "redact" | "format";

/** What is told of one metric. */
interface Told {
  readonly metric: string;
  readonly dependants: readonly string[];
  /** null: not asked for, or nobody keeps a record. */
  readonly consumers: readonly Consumer[] | null;
  readonly impact: Impact | null;
  /** Why its numbers could not be asked for; null: they were, or nobody wanted them. */
  readonly problem: string | null;
  /** Where its evidence was written. */
  readonly evidence: { readonly digest: string; readonly path: string } | null;
}

export const impact: Verb<ImpactFlag> = {
  name: "impact",
  summary: `What hangs on a metric, or on a file of definitions: other metrics, who asks for them, and with --values how a
change of definitions changes the numbers, asked of the warehouse in one statement for old and new.`,
  operands: "[METRIC|FILE…]",
  flags: {
    ...METRICS_FLAG,
    ...BASE_FLAGS,
    ...WAREHOUSE_FLAG,
    consumers: { about: "who asks for them, by governance/usage" },
    values: { about: "old and new numbers by month and quarter, dimension and row policy; needs --base" },
    write: { about: "with the numbers, as evidence below governance/evidence, for assay certify to name" },
    redact: { value: "pct-only", about: "no numbers, only by how much they change" },
    format: { value: "FORMAT", about: "text (default), json or markdown" },
  },
  examples: [
    "assay impact revenue --consumers",
    "assay impact metrics/models/orders.yaml",
    "assay impact revenue --base origin/main --values",
    "assay impact --base origin/main --write --redact pct-only",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json", "markdown"]);
    const isRedacted = choice(args, "redact", ["no", "pct-only"]) === "pct-only";
    const isMeasured = isOn(args, "values") || isOn(args, "write") || isRedacted;
    const now = chosenNow(args);
    const head = governedTree(args, terminal);
    if (!head.catalog) {
      throw new CommandFailure(EXIT.unusable, "INVALID_DEFINITIONS", "The definitions do not load.", {
        help: "assay check shows every finding",
      });
    }
    const base = chosenBase(args, terminal);
    const metrics = chosenMetrics(args, head, base);
    if (isMeasured && !base) throw unusable("Say what to compare with.", "as in --base origin/main");
    const { impacts, unmeasured }: Measured =
      base && isMeasured ? await measured(metrics, head, base, now, args, terminal) : { impacts: [], unmeasured: [] };
    const told = metrics.map((metric): Told => {
      const whole = impacts.find((one) => one.metric === metric) ?? null;
      const shown = whole && isRedacted ? redacted(whole) : whole;
      const consumers = isOn(args, "consumers") ? consumersIn(head, base, metric, now) : null;
      const evidence = shown && isOn(args, "write") ? written(shown, args, terminal) : null;
      const problem = unmeasured.find((one) => one.metric === metric)?.reason ?? null;
      return { metric, dependants: above(head, metric), consumers, impact: shown, problem, evidence };
    });
    await terminal.print(TELL[format](told));
    return unmeasured.length > 0 ? EXIT.findings : EXIT.fine;
  },
};

/** Those that are named, or whatever a change gives other numbers. */
function chosenMetrics(args: Arguments<ImpactFlag>, head: GovernedTree, base: Base | null): readonly string[] {
  if (args.positionals.length > 0) {
    const trees = base ? [head, base.start] : [head];
    const named = args.positionals.flatMap((name) => {
      const defined = trees.flatMap(({ catalog }) => (catalog && findMetric(catalog.metrics, name)) ?? [])[0];
      if (defined) return [defined.name];
      const found = trees.flatMap((tree) => dependantsOf(tree, name).metrics.map(({ metric }) => metric));
      if (found.length > 0) return found;
      throw unusable(`"${name}" is no metric, and no file of definitions that a metric rests on.`);
    });
    return [...new Set(named)];
  }
  if (!base) throw unusable("Name a metric or a file, or say what to compare with.", "as in assay impact revenue");
  demandLoaded(base);
  const changes = changesBetween(base.start, head);
  const moved = changes.filter(({ parts }) => parts.value !== undefined || parts.access !== undefined);
  return moved.map(({ metric }) => metric);
}

/** The metrics that are made of it. */
function above(tree: GovernedTree, metric: string): readonly string[] {
  return dependantsOf(tree, metric).metrics.flatMap((one) => (one.metric === metric ? [] : [one.metric]));
}

function consumersIn(head: GovernedTree, base: Base | null, metric: string, now: Date): readonly Consumer[] | null {
  const tree = base?.target ?? head;
  const usage = readUsage(tree.files);
  if (!usage) return null;
  const noticed = [metric, ...above(head, metric)].map((name) => ({
    metric: tree.catalog?.metrics.get(name)?.id ?? name,
    version: tree.catalog?.metrics.get(name)?.version ?? 1,
    coordinates: null,
  }));
  const uses = tree.rules ? recentUses(usage, tree.rules, dayOf(now.getTime())) : usage.records;
  return consumersOf(uses, noticed, tree.rules?.clients ?? new Map());
}

function written(shown: Impact, args: Arguments<SettingsFlag>, terminal: Terminal): Told["evidence"] {
  const { digest, path, text } = evidenceFile(shown);
  writeProjectFiles(args, terminal, new Map([[path, text]]));
  return { digest, path };
}

const TELL: Readonly<Record<"text" | "json" | "markdown", (told: readonly Told[]) => string>> = {
  text: (told) => (told.length === 0 ? "no numbers change\n" : told.map((one) => `${textOf(one)}\n`).join("\n")),
  json: (told) => `${JSON.stringify({ schema: "metrics-impact-report/1", metrics: told.map(documentOf) })}\n`,
  markdown: (told) =>
    told
      .flatMap(({ metric, impact: one, problem }) => [
        ...(one ? [`${impactMarkdown(reportOfImpact(one))}\n`] : []),
        ...(problem === null ? [] : [`${unmeasuredMarkdown({ metric, reason: problem })}\n`]),
      ])
      .join("\n"),
};

function textOf({ metric, dependants, consumers, impact: one, problem, evidence }: Told): string {
  const restated = one ? restatedBy(one) : [];
  const uses = consumers?.map(({ client, owner, metric: asked, calls, lastSeen }) => {
    return `  ${client}${owner === null ? "" : ` (${owner})`} asks for ${asked}: ${calls} calls, last on ${lastSeen}`;
  });
  return [
    metric,
    `  made of it: ${dependants.length === 0 ? "nothing" : dependants.join(", ")}`,
    ...(uses?.length === 0 ? ["  nobody is known to ask for them"] : (uses ?? [])),
    ...(one ? ["", impactText(reportOfImpact(one))] : []),
    ...(problem === null ? [] : [`  its numbers could not be asked for: ${problem}`]),
    ...(restated.length > 0 ? ["", `RESTATES_CLOSED_PERIOD  ${restated.join(", ")}`] : []),
    ...(evidence ? ["", `wrote ${evidence.path}`] : []),
  ].join("\n");
}

function documentOf({ metric, dependants, consumers, impact: one, problem, evidence }: Told): object {
  return {
    metric,
    dependants,
    consumers: consumers?.map(({ lastSeen, ...consumer }) => ({ ...consumer, last_seen: lastSeen })) ?? null,
    impact: one && impactDocument(reportOfImpact(one)),
    restates: one ? restatedBy(one) : [],
    problem,
    evidence,
  };
}
