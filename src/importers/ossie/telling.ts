import type { Origin } from "../metricflow/project.ts";
import { REPORT_CODES, type ReportCode, type ReportEntry } from "../report.ts";
import { OSSIE_CODES, type OssieCode } from "./codes.ts";

export type Code = ReportCode | OssieCode;

/** Notes one finding. */
export type Tell = (
  code: Code,
  origin: Origin,
  message: string,
  more?: { readonly written?: string; readonly severity?: ReportEntry["severity"] },
) => void;

export function teller(entries: ReportEntry[]): Tell {
  return (code, { file, line, object }, message, { written, severity } = {}) => {
    entries.push({ severity: severity ?? GRAVITY[code], code, file, line, object, message, written: written ?? null });
  };
}

const GRAVITY: Readonly<Record<Code, ReportEntry["severity"]>> = { ...REPORT_CODES, ...OSSIE_CODES };
