import { TRUST_ROOT, verifyLedger } from "../../governance/index.ts";
import { choice } from "../arguments.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { BASE_FLAGS, chosenNow, governedTree } from "../governance.ts";
import { plural } from "../plural.ts";
import type { Verb } from "../verb.ts";

export const ledger: Verb<SettingsFlag | "now" | "format"> = {
  name: "ledger",
  summary: `Checks the chain of signed events of every metric, and that of the rules and keys they were signed under, back to the
first policy (${TRUST_ROOT}, where it is set); shows the first broken link of each.`,
  operands: "verify",
  flags: {
    ...METRICS_FLAG,
    now: BASE_FLAGS.now,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: ["assay ledger verify", "assay ledger verify --format json | jq '.broken[0]'"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const [action, ...extra] = args.positionals;
    if (action !== "verify" || extra.length > 0) throw unusable("Say what to do with the ledger: assay ledger verify.");
    const tree = governedTree(args, terminal);
    const verified = verifyLedger(tree, terminal.env[TRUST_ROOT] ?? null, chosenNow(args));
    const { metrics, events, broken } = verified;
    const lines = [
      ...broken.map(({ path, message }) => `${path}: ${message}`),
      `${plural(events, "event")} of ${plural(metrics, "metric")}, ${plural(broken.length, "broken link")}`,
    ];
    await terminal.print(format === "json" ? `${JSON.stringify(verified)}\n` : `${lines.join("\n")}\n`);
    return broken.length === 0 ? EXIT.fine : EXIT.findings;
  },
};
