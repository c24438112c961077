import { codeowners as codeownersOf, foldTree, organisationOf, ruleset } from "../../governance/index.ts";
import { acting, tellWritten, writeProjectFiles } from "../acts.ts";
import { isOn, many, one } from "../arguments.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { CommandFailure, EXIT, unusable } from "../failure.ts";
import { chosenNow, governedTree } from "../governance.ts";
import type { Verb } from "../verb.ts";

const FILE = ".github/CODEOWNERS";
const RULESET = ".github/ruleset.json";

export const codeowners: Verb<SettingsFlag | "now" | "org" | "team-id" | "check" | "format"> = {
  name: "codeowners",
  summary: `Writes ${FILE} and ${RULESET} from the owners of metrics, so that GitHub asks the right people.`,
  operands: null,
  flags: {
    ...METRICS_FLAG,
    org: { value: "ORG", about: "whose teams the owners are at GitHub (else the one that the file names)" },
    "team-id": { value: "TEAM=NUMBER", many: true, about: "number of a team at GitHub, to demand a review of it" },
    check: { about: "writes nothing: exit code 1 where the file is not what the owners say" },
    now: { value: "ISO", about: "the day on which metrics are certified or not (else today)" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: ["assay codeowners --org acme", "assay codeowners --check", "assay codeowners --team-id finance-data=4711"],
  run: (args, terminal) =>
    acting(async () => {
      const tree = governedTree(args, terminal);
      const { catalog, rules } = tree;
      if (!catalog || !rules) {
        throw new CommandFailure(
          EXIT.unusable,
          "INVALID_DEFINITIONS",
          "The definitions do not load, or nothing governs them.",
          {
            help: "assay check shows why; docs/governance.md tells how to begin",
          },
        );
      }
      const written = tree.files.get(FILE)?.text ?? "";
      const organisation = one(args, "org") ?? organisationOf(written);
      if (organisation === null) throw unusable("Say whose teams the owners are.", "as in --org acme");
      const { certifications } = foldTree(tree, chosenNow(args));
      const certified = new Set([...certifications].flatMap(([name, { status }]) => (status === "none" ? [] : [name])));
      const due = codeownersOf(tree, organisation, certified);
      if (isOn(args, "check")) {
        const isDue = due === written.replaceAll("\r\n", "\n");
        await tellWritten(
          args,
          terminal,
          [],
          [isDue ? `${FILE} is what the owners say` : `${FILE} is not what the owners say: assay codeowners`],
        );
        return isDue ? EXIT.fine : EXIT.findings;
      }
      const files = new Map([
        [FILE, due],
        [RULESET, ruleset(rules, catalog, new Map(many(args, "team-id").map(teamId)))],
      ]);
      writeProjectFiles(args, terminal, files);
      await tellWritten(args, terminal, files.keys(), [
        "next: import ruleset.json at GitHub: Settings, Rules, Rulesets",
      ]);
      return EXIT.fine;
    }),
};

function teamId(written: string): readonly [string, number] {
  const [, team, number] = /^([^=]+)=(\d{1,15})$/.exec(written) ?? [];
  if (team === undefined)
    throw unusable(`--team-id is TEAM=NUMBER, not "${written}".`, "gh api orgs/ORG/teams lists them");
  return [team, Number(number)];
}
