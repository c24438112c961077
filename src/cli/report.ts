import type { ReportEntry } from "../importers/index.ts";

/** `models/orders.yml:12: warning UNKNOWN_FIELD metric "revenue": …` */
export function inWords({ severity, code, file, line, object, message, written }: ReportEntry): string {
  const place = line === null ? file : `${file}:${line}`;
  const subject = [place === "" ? [] : `${place}:`, severity, code, `${object}:`].flat().join(" ");
  return `${subject} ${message}${written === null ? "" : ` Written: ${written}.`}`;
}
