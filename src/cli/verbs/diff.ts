import { checkTree, reportOfImpact } from "../../governance/index.ts";
import { isOn } from "../arguments.ts";
import { WAREHOUSE_FLAG, type WarehouseFlag } from "../data.ts";
import { METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import {
  chosenBase,
  chosenNow,
  demandLoaded,
  governedTree,
  REPORT_FLAGS,
  type ReportFlag,
  tellReport,
} from "../governance.ts";
import { measured } from "../impact.ts";
import type { Verb } from "../verb.ts";

export const diff: Verb<SettingsFlag | ReportFlag | WarehouseFlag | "impact"> = {
  name: "diff",
  summary: "What a change does to each metric, and by which edits. It judges nothing: assay check --base does.",
  operands: null,
  flags: {
    ...METRICS_FLAG,
    ...REPORT_FLAGS,
    ...WAREHOUSE_FLAG,
    impact: { about: "with old and new numbers of each metric whose meaning changes, asked of the warehouse" },
  },
  examples: [
    "assay diff --base origin/main",
    "assay diff --base HEAD~1 --format json",
    "assay diff --base origin/main --impact --format markdown",
  ],
  async run(args, terminal) {
    const base = chosenBase(args, terminal);
    if (!base) throw unusable("Say what to compare with.", "as in --base origin/main");
    const head = governedTree(args, terminal);
    const report = checkTree({
      head,
      base,
      now: chosenNow(args),
      isWhole: false,
      isStrict: false,
      trustRoot: null,
    });
    if (report.exit === EXIT.unusable) {
      await tellReport(report, args, terminal);
      return EXIT.unusable;
    }
    demandLoaded(base);
    const moved = report.diff.filter(({ parts }) => parts.value !== undefined || parts.access !== undefined);
    const names = isOn(args, "impact") ? moved.map(({ metric }) => metric) : [];
    const { impacts, unmeasured } = await measured(names, head, base, chosenNow(args), args, terminal);
    const told = { impact: impacts.map(reportOfImpact), unmeasured, findings: [], approvals: new Map() };
    const outcome = unmeasured.length > 0 ? UNMEASURED : FINE;
    await tellReport({ ...report, ...told, ...outcome }, args, terminal);
    return outcome.exit;
  },
};

const FINE = { status: "ok", exit: EXIT.fine } as const;
const UNMEASURED = { status: "findings", exit: EXIT.findings } as const;
