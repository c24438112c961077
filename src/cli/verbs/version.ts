import { raiseVersion } from "../../governance/index.ts";
import { ACT_FLAGS, acting, namesOf, tellWritten, writeProjectFiles } from "../acts.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { governedTree } from "../governance.ts";
import type { Verb } from "../verb.ts";

export const version: Verb<SettingsFlag | "format"> = {
  name: "version",
  summary: `Raises the version of a metric in its file, where it is to mean something else from now on. The new version needs
a certification of its own.`,
  operands: "METRIC",
  flags: { ...METRICS_FLAG, format: ACT_FLAGS.format },
  examples: ["assay version revenue", 'assay version revenue && assay certify revenue --reason "net of discounts"'],
  run: (args, terminal) =>
    acting(async () => {
      const [metric = "", ...others] = namesOf(args);
      if (others.length > 0) throw unusable("Raise the version of one metric at a time.");
      const { path, text, version: raised } = raiseVersion(governedTree(args, terminal), metric);
      writeProjectFiles(args, terminal, new Map([[path, text]]));
      const next = `next: change ${metric}, then assay certify ${metric} --reason TEXT`;
      await tellWritten(args, terminal, [path], [`${metric} is version ${raised}`, next]);
      return EXIT.fine;
    }),
};
