import path from "node:path";
import {
  commitOf,
  committedAt,
  type GovernedTree,
  openRepository,
  type Published,
  publishRegistry,
  readTree,
  registryRows,
  registryScript,
  TRUST_ROOT,
  treeAt,
} from "../../governance/index.ts";
import { SettingError, warehouseOptions } from "../../settings/index.ts";
import type { Publication } from "../../sql/index.ts";
import { openWriter, WarehouseError, type Writer } from "../../warehouse/index.ts";
import { type Arguments, choice, isOn, one } from "../arguments.ts";
import { dialectOf } from "../data.ts";
import { definitionsFolder, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { chosenNow, orCannotTell } from "../governance.ts";
import { plural } from "../plural.ts";
import { boundedWordsOf, wordsOf } from "../query-error.ts";
import { settingsFailure, settingsFor } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type PublishFlag = SettingsFlag | "warehouse" | "schema" | "commit" | "now" | "dry-run" | "format";

export const publish: Verb<PublishFlag> = {
  name: "publish",
  summary: `Fills the tables metric_definitions and metric_lineage and the view metric_registry in the warehouse with what a
commit says, for catalogs and dashboards to read. To be run on each merge; a commit that is published is not published again.`,
  operands: "[registry]",
  flags: {
    ...METRICS_FLAG,
    warehouse: {
      value: "URL",
      about: "duckdb:PATH, postgres://… or bigquery://…: only what is named here is written to",
    },
    schema: { value: "NAME", about: "schema or dataset of the tables (default governance)" },
    commit: { value: "REF", about: "the commit to publish (else HEAD, where nothing differs from it)" },
    now: { value: "ISO", about: "the time of publication (else now)" },
    "dry-run": { about: "prints the SQL and its values; nothing is opened or written" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay publish registry --warehouse postgres://publisher@db/shop",
    "assay publish registry --warehouse duckdb:shop.duckdb --schema meta",
    "assay publish registry --warehouse bigquery://my-project/shop --commit main --dry-run",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const [what, extra] = args.positionals;
    if (extra !== undefined || (what !== undefined && what !== "registry")) {
      throw unusable(`There is nothing called "${extra ?? what}" to publish.`, "assay publish registry");
    }
    const url = one(args, "warehouse");
    if (url === null) {
      throw unusable(
        "Say where the registry is to be: --warehouse URL.",
        "a warehouse that is set for reading is not written to",
      );
    }
    const dialect = dialectOf(url);
    const now = chosenNow(args);
    const { tree, commit, at } = committedTree(args, terminal);
    const rows = registryRows(tree, dialect, now, terminal.env[TRUST_ROOT] ?? null);
    if (!rows || rows.definitions.length === 0) {
      throw new CommandFailure(
        EXIT.unusable,
        "INVALID_DEFINITIONS",
        `The definitions of ${tree.revision} do not load, or are none.`,
        {
          help: "assay check shows every finding",
        },
      );
    }
    const publication: Publication = {
      ...rows,
      schema: schemaOf(args),
      commit,
      committedAt: at.toISOString(),
      publishedAt: now.toISOString(),
    };
    if (isOn(args, "dry-run")) {
      const script = registryScript(dialect, publication);
      await terminal.print(
        format === "json" ? `${JSON.stringify({ dialect, statements: script })}\n` : scriptText(script, dialect),
      );
      return EXIT.fine;
    }
    const outcome = await writing(url, args, terminal, (writer) => publishRegistry(writer, publication));
    if (outcome.kind === "overtaken") {
      throw new CommandFailure(
        EXIT.findings,
        "REGISTRY_AHEAD",
        `The registry holds a later commit than ${commit.slice(0, 7)}, or was filled after ${now.toISOString()}.`,
        {
          help: "publish the commit that the main branch is at; a revert is a later commit too",
        },
      );
    }
    const told = { commit, schema: publication.schema, ...outcome };
    await terminal.print(format === "json" ? `${JSON.stringify(told)}\n` : `${inWords(outcome, commit)}\n`);
    return EXIT.fine;
  },
};

function schemaOf(args: Arguments<PublishFlag>): string {
  const schema = one(args, "schema") ?? "governance";
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw unusable(`--schema is a name of small letters, digits and underscores, not "${schema}".`);
}

/** What is published is always what was committed: of the commit that is named, or of HEAD where nothing differs from it. */
function committedTree(
  args: Arguments<PublishFlag>,
  terminal: Terminal,
): { readonly tree: GovernedTree; readonly commit: string; readonly at: Date } {
  const folder = definitionsFolder(args, terminal);
  const named = one(args, "commit");
  const { tree, commit, at } = orCannotTell(() => {
    const repository = openRepository(path.dirname(path.resolve(folder)));
    const hash = commitOf(repository, named ?? "HEAD");
    return { tree: treeAt(repository, folder, hash), commit: hash, at: committedAt(repository, hash) };
  });
  const differing = named === null ? differingFile(tree, readTree(folder)) : null;
  if (differing !== null) {
    throw new CommandFailure(
      EXIT.cannotTell,
      "NOT_COMMITTED",
      `${differing} is not as HEAD (${commit.slice(0, 7)}) has it.`,
      {
        help: "commit it, or name what is to be published: --commit HEAD",
      },
    );
  }
  return { tree, commit, at };
}

/** The first one in the order of paths; line ends are git's affair. */
function differingFile({ files: committed }: GovernedTree, { files: here }: GovernedTree): string | null {
  const text = (files: GovernedTree["files"], name: string) => files.get(name)?.text.replaceAll("\r\n", "\n");
  const names = [...new Set([...committed.keys(), ...here.keys()])].toSorted();
  return names.find((name) => text(committed, name) !== text(here, name)) ?? null;
}

async function writing<T>(
  url: string,
  args: Arguments<PublishFlag>,
  terminal: Terminal,
  write: (writer: Writer) => Promise<T>,
): Promise<T> {
  try {
    const writer = await openWriter(url, warehouseOptions(settingsFor(args, terminal).warehouse, url, terminal.env));
    try {
      return await write(writer);
    } finally {
      await writer.close();
    }
  } catch (thrown) {
    if (thrown instanceof SettingError) throw settingsFailure([thrown.diagnostic]);
    if (!(thrown instanceof WarehouseError)) throw unusable(wordsOf(thrown));
    if (thrown.cause !== undefined) terminal.say(boundedWordsOf(thrown.cause));
    const isDenied = thrown.kind === "denied";
    const why = isDenied ? "These credentials may not." : thrown.message;
    throw new CommandFailure(EXIT.cannotTell, "WAREHOUSE_ERROR", `The registry cannot be written. ${why}`, {
      help: isDenied ? "it needs a user of its own: docs/registry.md says which rights it takes" : null,
    });
  }
}

function scriptText(script: ReturnType<typeof registryScript>, dialect: string): string {
  const sign = dialect === "bigquery" ? "@p" : "$";
  const parts = script.map(({ text, values }) => {
    const bound = values.map((value, i) => `-- ${sign}${i + 1} = ${JSON.stringify(value)}\n`);
    return `${text};\n${bound.join("")}`;
  });
  return parts.join("\n");
}

function inWords(outcome: Exclude<Published, { kind: "overtaken" }>, commit: string): string {
  if (outcome.kind === "already") return `${commit.slice(0, 7)} is published already: nothing to do.`;
  const { opened, closed, lineage } = outcome;
  return `Published ${commit.slice(0, 7)}: ${plural(opened, "row")} opened, ${closed} closed, ${plural(lineage, "row")} of lineage.`;
}
