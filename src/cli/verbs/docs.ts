import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { printText } from "../../diagnostics/index.ts";
import { dictionaryOf, PAGES_FOLDER, TRUST_ROOT, WRITTEN } from "../../governance/index.ts";
import { choice, isOn, one } from "../arguments.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { chosenNow, governedTree } from "../governance.ts";
import { plural } from "../plural.ts";
import type { Verb } from "../verb.ts";

export const docs: Verb<SettingsFlag | "out" | "check" | "now" | "format"> = {
  name: "docs",
  summary: `Writes the data dictionary as Markdown: an index, and a page for each metric with what it means, how it is computed,
who answers for it, its certification, dimensions, lineage, examples and SQL.`,
  operands: null,
  flags: {
    ...METRICS_FLAG,
    out: { value: "DIR", about: "the folder of the pages, such as docs/metrics; only pages of its own are replaced" },
    check: { about: "writes nothing; exit code 1 when a page is not what it would be" },
    now: { value: "ISO", about: "the day on which certifications have expired or not (else today)" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: ["assay docs --out docs/metrics", "assay docs --out docs/metrics --check"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const out = one(args, "out");
    if (out === null) throw unusable("Say where the pages are to be: --out DIR.", "assay docs --out docs/metrics");
    const tree = governedTree(args, terminal);
    const due = dictionaryOf(tree, chosenNow(args), terminal.env[TRUST_ROOT] ?? null);
    if (!due || due.size < 2) {
      const errors = tree.diagnostics.filter(({ severity }) => severity === "error");
      terminal.say(printText(errors, { color: terminal.colors.messages }));
      throw new CommandFailure(
        EXIT.unusable,
        "INVALID_DEFINITIONS",
        "The definitions do not load, or there is no metric.",
        {
          help: "assay check shows every finding",
        },
      );
    }
    const differing = [...due].filter(([name, text]) => pageAt(out, name) !== text).map(([name]) => name);
    const left = pagesLeft(out, due);
    const isCheck = isOn(args, "check");
    if (!isCheck) {
      const foreign = differing.find((name) => pageAt(out, name)?.startsWith(WRITTEN) === false);
      if (foreign !== undefined) {
        throw unusable(
          `${path.join(out, foreign)} was not written by assay docs, and is left alone.`,
          "choose another folder",
        );
      }
      for (const name of differing) {
        mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
        writeFileSync(path.join(out, name), due.get(name) ?? "");
      }
      for (const name of left) rmSync(path.join(out, name));
    }
    const isSame = differing.length + left.length === 0;
    if (format === "json") {
      await terminal.print(
        `${JSON.stringify({ upToDate: isSame, written: !isCheck && !isSame, differing, removed: left })}\n`,
      );
    } else if (isCheck) {
      const late = [...differing, ...left].map((name) => `${path.join(out, name)}\n`);
      await terminal.print(late.join(""));
      terminal.say(
        isSame ? "The pages are up to date." : `${plural(late.length, "page")} not up to date: assay docs --out ${out}`,
      );
    } else {
      terminal.say(`Wrote ${plural(differing.length, "page")} of ${due.size}, removed ${left.length}.`);
    }
    return isCheck && !isSame ? EXIT.findings : EXIT.fine;
  },
};

/** A checkout may have given it carriage returns. null: it is not there. */
function pageAt(out: string, name: string): string | null {
  const file = path.join(out, name);
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : null;
}

/** Pages of metrics that are no more. */
function pagesLeft(out: string, due: ReadonlyMap<string, string>): readonly string[] {
  const folder = path.join(out, PAGES_FOLDER);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${PAGES_FOLDER}/${name}`);
  return names.filter((name) => !due.has(name) && pageAt(out, name)?.startsWith(WRITTEN)).toSorted();
}
