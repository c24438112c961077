import { listOf, mapping, text, wholeNumber, word } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { addDays, isDay } from "../ledger/day.ts";
import { readRecord } from "../ledger/read-json.ts";
import { metricName } from "../ledger/schema.ts";
import type { Rules } from "../rules.ts";

/** How often one consumer asked for one metric in one way. */
export interface UsageRecord {
  /** The application, as it names itself: `finance-portal`. */
  readonly client: string;
  readonly metric: string;
  readonly version: number;
  /** What it was asked by, sorted: `metric_time__month`, `customer__region`. */
  readonly coordinates: readonly string[];
  /** Digest of the GraphQL document without its values; null for other doors. */
  readonly operation: string | null;
  readonly calls: number;
  /** `YYYY-MM-DD`, UTC. */
  readonly lastSeen: string;
}

/** What is known of who asks for what. */
export interface Usage {
  readonly records: readonly UsageRecord[];
  /** Days that a record was kept for, first and last, each `YYYY-MM-DD`. */
  readonly covered: readonly (readonly [first: string, last: string])[];
  readonly broken: readonly { readonly file: SourceFile; readonly problem: string }[];
}

const A_DAY = "a day, such as 2026-11-20";
const day = () => text(A_DAY).refine(isDay, { error: A_DAY });

const USAGE = mapping("a mapping", {
  schema: word(["metrics-usage/1"]),
  from: day(),
  to: day(),
  records: listOf(
    "a list of uses",
    mapping("a mapping", {
      client: text("a name"),
      metric: metricName(),
      version: wholeNumber("a whole number from 1", 1),
      coordinates: listOf("a list of names", text("a name")),
      operation: text("a digest").nullable(),
      calls: wholeNumber("a whole number from 1", 1),
      last_seen: day(),
    }),
  ),
});

/** From `governance/usage/YYYY-MM.json`; null: there is no such file. */
export function readUsage(files: ReadonlyMap<string, SourceFile>): Usage | null {
  const all = [...files.values()].filter(({ path }) => /^governance\/usage\/\d{4}-\d{2}\.json$/.test(path));
  if (all.length === 0) return null;
  const read = all.map((file) => ({ file, read: readRecord(file, USAGE, "A record of uses") }));
  const shapes = read.flatMap((one) => (one.read.ok ? [one.read.value] : []));
  return {
    records: shapes.flatMap(({ records }) =>
      records.map(({ last_seen: lastSeen, ...record }) => ({ ...record, lastSeen })),
    ),
    covered: shapes.map(({ from, to }) => [from, to] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    broken: read.flatMap(({ file, read: { ...one } }) => (one.ok ? [] : [{ file, problem: one.problem }])),
  };
}

/** The file that `readUsage` reads back. */
export function printUsage(from: string, to: string, records: readonly UsageRecord[]): string {
  const written = records.map(({ lastSeen, ...record }) => ({ ...record, last_seen: lastSeen }));
  return `${JSON.stringify({ schema: "metrics-usage/1", from, to, records: written }, null, 2)}\n`;
}

/** Calls of the last days, without those of clients that do not count. @param today `YYYY-MM-DD` */
export function recentUses({ records }: Usage, rules: Rules, today: string): readonly UsageRecord[] {
  const since = addDays(today, -rules.usage.lookbackDays);
  const excluded = rules.usage.excluded.filter(({ expires }) => today < expires).map(({ client }) => client);
  return records.filter(({ client, lastSeen }) => lastSeen >= since && !excluded.includes(client));
}

/** Whether there is a record of every day that counts, up to yesterday. */
export function coversLookback({ covered, broken }: Usage, rules: Rules, today: string): boolean {
  if (broken.length > 0) return false;
  let due = addDays(today, -rules.usage.lookbackDays);
  for (const [first, last] of covered) {
    if (first > due) return false;
    if (last >= due) due = addDays(last, 1);
  }
  return due >= today;
}
