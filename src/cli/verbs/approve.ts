import { approve as approveEvent, approvePolicy, POLICY_FILE } from "../../governance/index.ts";
import {
  ACT_FLAGS,
  type ActFlag,
  acting,
  judgeOf,
  namesOf,
  SIGN_FLAGS,
  type SignFlag,
  tellWritten,
  writeProjectFiles,
} from "../acts.ts";
import { one } from "../arguments.ts";
import { EXIT, unusable } from "../failure.ts";
import { chosenNow, governedTree } from "../governance.ts";
import type { Verb } from "../verb.ts";

export const approve: Verb<Exclude<ActFlag, "reason"> | SignFlag> = {
  name: "approve",
  summary: "Signs the last event of a metric, a batch, or a change of rules or keys with your SSH key.",
  operands: `METRIC|BATCH|${POLICY_FILE}`,
  flags: { ...withoutReason(), ...SIGN_FLAGS },
  examples: [
    "assay approve revenue --key ~/.ssh/id_ed25519 --base origin/main",
    "assay approve 2026-11-20-5c0e91aa --key ~/.ssh/id_ed25519.pub",
    "assay approve revenue --as carol",
    `assay approve ${POLICY_FILE} --key ~/.ssh/id_ed25519 --base origin/main`,
  ],
  run: (args, terminal) =>
    acting(async () => {
      const [key, as] = [one(args, "key"), one(args, "as")];
      if (key === null && as === null) throw unusable("Name the key to sign with.", "as in --key ~/.ssh/id_ed25519");
      const tree = governedTree(args, terminal);
      const judge = judgeOf(args, terminal, tree);
      const [what = "", ...others] = namesOf(args);
      if (others.length > 0) throw unusable("Approve one at a time, or a batch.");
      if (what === POLICY_FILE && judge === tree) {
        throw unusable("Name the base, whose council approves.", "as in --base origin/main");
      }
      const sign = what === POLICY_FILE ? approvePolicy : approveEvent;
      const { files, by, metrics } = await sign(tree, { what, key, as, judge, now: chosenNow(args) });
      writeProjectFiles(args, terminal, files);
      await tellWritten(args, terminal, files.keys(), [`${by} approved ${metrics.join(", ")}`]);
      return EXIT.fine;
    }),
};

function withoutReason() {
  const { reason: _, ...flags } = ACT_FLAGS;
  return flags;
}
