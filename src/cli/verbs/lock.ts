import { writeFileSync } from "node:fs";
import path from "node:path";
import { printText } from "../../diagnostics/index.ts";
import { lockTextOf, readTree } from "../../governance/index.ts";
import { choice, isOn } from "../arguments.ts";
import { definitionsFolder, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT } from "../failure.ts";
import type { Verb } from "../verb.ts";

export const lock: Verb<SettingsFlag | "check" | "format"> = {
  name: "lock",
  summary: `Writes metrics.lock: one line for each metric, source, calendar and policy with the hashes of what it comes to,
so that a diff shows how far a change reaches. It settles conflicts in that file, too.`,
  operands: null,
  flags: {
    check: { about: "writes nothing; exit code 1 when the file is not what it would be" },
    ...METRICS_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: ["assay lock", "assay lock --check"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const folder = definitionsFolder(args, terminal);
    const tree = readTree(folder);
    const due = lockTextOf(tree);
    if (due === null) {
      const errors = tree.diagnostics.filter(({ severity }) => severity === "error");
      terminal.say(printText(errors, { color: terminal.colors.messages }));
      throw new CommandFailure(EXIT.unusable, "INVALID_DEFINITIONS", "The definitions do not load.", {
        help: "assay check shows every finding",
      });
    }
    // A checkout may have given it carriage returns.
    const isSame = tree.files.get("metrics.lock")?.text.replaceAll("\r\n", "\n") === due;
    const writes = !isSame && !isOn(args, "check");
    if (writes) writeFileSync(path.join(path.dirname(path.resolve(folder)), "metrics.lock"), due);
    if (format === "json") await terminal.print(`${JSON.stringify({ upToDate: isSame, written: writes })}\n`);
    else if (writes) terminal.say(`Wrote metrics.lock: ${due.split("\n").length - 1} lines.`);
    else terminal.say(`metrics.lock is ${isSame ? "up to date." : "not what the definitions say; run assay lock."}`);
    return isSame || !isOn(args, "check") ? EXIT.fine : EXIT.findings;
  },
};
