import path from "node:path";
import { findMetric } from "../../catalog/index.ts";
import {
  type Difference,
  type Fingerprint,
  fingerprintsOf,
  firstDifferences,
  openRepository,
  PARTS,
  partsOf,
  treeAt,
} from "../../governance/index.ts";
import { nearest } from "../../std/index.ts";
import { type Arguments, choice, isOn, one } from "../arguments.ts";
import { definitionsFolder, loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { orCannotTell } from "../governance.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type FingerprintFlag = SettingsFlag | "explain" | "against" | "format";

export const fingerprint: Verb<FingerprintFlag> = {
  name: "fingerprint",
  summary: `Prints what signatures on a metric are bound to: the hash of all that decides on its numbers and on who sees
them. Whatever is written otherwise and means the same has the same.`,
  operands: "METRIC",
  flags: {
    explain: { about: "also what is hashed, or, with --against, where it differs first" },
    against: { value: "REF", about: "compares with the definitions of another revision, such as origin/main" },
    ...METRICS_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay fingerprint revenue",
    "assay fingerprint revenue --explain --against origin/main",
    "assay fingerprint revenue --explain --format json | jq .documents.value",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const [named, extra] = args.positionals;
    if (named === undefined || extra !== undefined) throw unusable("Name one metric.", "assay fingerprint revenue");
    const catalog = loadSoundDefinitions(args, terminal);
    const metric = findMetric(catalog.metrics, named)?.name ?? named;
    const found = fingerprintsOf(catalog).get(metric);
    if (!found) {
      throw unusable(`There is no metric "${named}".`, null, nearest(named, [...catalog.metrics.keys()]));
    }
    const against = compared(args, terminal, named);
    const documents = isOn(args, "explain") ? partsOf(catalog, metric) : null;
    const differences = against?.catalog ? firstDifferences(against.catalog, catalog, metric) : [];
    if (format === "json") {
      const compare = against && {
        against: { revision: against.revision, fingerprint: against.fingerprint?.certified ?? null, differences },
      };
      const { certified, ...rest } = found;
      const all = { ...rest, fingerprint: certified, ...(documents && !against && { documents }), ...compare };
      await terminal.print(`${JSON.stringify(all)}\n`);
      return EXIT.fine;
    }
    const lines = [
      ...described(found),
      ...(documents && !against ? ["", JSON.stringify(documents, null, 2)] : []),
      ...(against ? ["", ...comparison(found, against, isOn(args, "explain") ? differences : [])] : []),
    ];
    await terminal.print(`${lines.join("\n")}\n`);
    return EXIT.fine;
  },
};

function described({ id, version, parts, certified }: Fingerprint): readonly string[] {
  return [`${id}@${version}  ${certified}`, ...PARTS.map((part) => `  ${part.padEnd(6)}  ${parts[part]}`)];
}

interface Compared {
  readonly revision: string;
  readonly catalog: Parameters<typeof partsOf>[0] | null;
  /** null: the metric was not there. */
  readonly fingerprint: Fingerprint | null;
}

function compared(args: Arguments<FingerprintFlag>, terminal: Terminal, metric: string): Compared | null {
  const revision = one(args, "against");
  if (revision === null) return null;
  const folder = definitionsFolder(args, terminal);
  const tree = orCannotTell(() => treeAt(openRepository(path.dirname(path.resolve(folder))), folder, revision));
  if (!tree.catalog) {
    throw new CommandFailure(EXIT.cannotTell, "BASE_UNREADABLE", `The definitions of ${tree.revision} do not load.`, {
      help: "compare with a revision whose definitions pass assay check",
    });
  }
  const known = tree.fingerprints.get(findMetric(tree.catalog.metrics, metric)?.name ?? "") ?? null;
  return { revision: tree.revision, catalog: known && tree.catalog, fingerprint: known };
}

function comparison(
  now: Fingerprint,
  { revision, fingerprint: before }: Compared,
  differences: readonly Difference[],
): readonly string[] {
  if (!before) return [`${revision} has no such metric.`];
  const changed = PARTS.filter((part) => before.parts[part] !== now.parts[part]);
  const verdict =
    before.certified === now.certified
      ? `The same as in ${revision}${changed.length > 0 ? `, but for ${changed.join(" and ")}, which nobody signs` : ""}.`
      : `Not the same as in ${revision}, which has ${before.certified}: ${changed.join(", ")}.`;
  return [verdict, ...differences.flatMap(shown)];
}

function shown({ part, through, path: node, before, after }: Difference): readonly string[] {
  const place = [...through.map((input) => `input ${input}`), node === "" ? "all of it" : node].join(", ");
  return [`  ${part}: ${place}`, `    - ${JSON.stringify(before)}`, `    + ${JSON.stringify(after)}`];
}
