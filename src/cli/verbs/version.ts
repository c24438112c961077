import { addVersion, raiseVersion } from "../../governance/index.ts";
import { ACT_FLAGS, acting, namesOf, tellWritten, writeProjectFiles } from "../acts.ts";
import { isOn } from "../arguments.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { governedTree } from "../governance.ts";
import type { Verb } from "../verb.ts";

export const version: Verb<SettingsFlag | "format" | "keep"> = {
  name: "version",
  summary: `Raises the version of a metric in its file, where it is to mean something else from now on. The new version needs
a certification of its own. With --keep the version before stays, and stays what the name means; the new one is asked for as
revenue@2.`,
  operands: "METRIC",
  flags: {
    ...METRICS_FLAG,
    format: ACT_FLAGS.format,
    keep: { about: "write the next version beside the one that there is" },
  },
  examples: [
    "assay version revenue",
    "assay version revenue --keep",
    'assay version revenue && assay certify revenue --reason "net of discounts"',
  ],
  run: (args, terminal) =>
    acting(async () => {
      const [metric = "", ...others] = namesOf(args);
      if (others.length > 0) throw unusable("Raise the version of one metric at a time.");
      const isKept = isOn(args, "keep");
      const { files, version: raised } = (isKept ? addVersion : raiseVersion)(governedTree(args, terminal), metric);
      writeProjectFiles(args, terminal, files);
      const name = isKept ? `${metric.replace(/@.*/, "")}@${raised}` : metric;
      const next = `next: change ${name}, then assay certify ${name} --reason TEXT`;
      const told = isKept ? `${name} lives beside it` : `${metric} is version ${raised}`;
      await tellWritten(args, terminal, files.keys(), [told, next]);
      return EXIT.fine;
    }),
};
