import { listOf, mapping, text, wholeNumber, word } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { addDays, isDay } from "../ledger/day.ts";
import { type ReadRecord, readRecord } from "../ledger/read-json.ts";
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
  /** Days in between that no whole record was kept for. */
  uncovered: listOf("a list of days", day()).optional(),
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

/** What one file holds. */
export interface UsageMonth {
  /** Days that a record was kept for, sorted. */
  readonly covered: readonly string[];
  readonly records: readonly UsageRecord[];
}

/** Months of busy servers are long. In UTF-16 code units. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Longer than any log is kept. */
const MAX_DAYS = 1_000;

/** From `governance/usage/YYYY-MM.json`; null: there is no such file. */
export function readUsage(files: ReadonlyMap<string, SourceFile>): Usage | null {
  const all = [...files.values()].filter(({ path }) => /^governance\/usage\/\d{4}-\d{2}\.json$/.test(path));
  if (all.length === 0) return null;
  const read = all.map((file) => ({ file, read: readMonth(file) }));
  const months = read.flatMap((one) => (one.read.ok ? [one.read.value] : []));
  return {
    records: months.flatMap(({ records }) => records),
    covered: spansOf(months.flatMap(({ covered }) => covered)),
    broken: read.flatMap(({ file, read: { ...one } }) => (one.ok ? [] : [{ file, problem: one.problem }])),
  };
}

export function readMonth(file: SourceFile): ReadRecord<UsageMonth> {
  const read = readRecord(file, USAGE, "A record of uses", MAX_LENGTH);
  if (!read.ok) return read;
  const { from, to, uncovered = [], records } = read.value;
  if (from > to || addDays(from, MAX_DAYS) < to) {
    return { ok: false, problem: `${from} to ${to} is no time that one record is kept for` };
  }
  const missing = new Set(uncovered);
  return {
    ok: true,
    value: {
      covered: daysBetween(from, to).filter((day) => !missing.has(day)),
      records: records.map(({ last_seen: lastSeen, ...record }) => ({ ...record, lastSeen })),
    },
  };
}

/** The file that `readMonth` reads back. It holds a day at least: one that it covers, or that something was seen on. */
export function printUsage({ covered, records }: UsageMonth): string {
  const written = records.map(({ lastSeen, ...record }) => ({ ...record, last_seen: lastSeen }));
  const known = [...covered, ...records.map(({ lastSeen }) => lastSeen)].sort();
  const [from = "", to = from] = [known[0], known.at(-1)];
  const uncovered = daysBetween(from, to).filter((day) => !covered.includes(day));
  const document = {
    schema: "metrics-usage/1",
    from,
    to,
    ...(uncovered.length > 0 && { uncovered }),
    records: written,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Days that follow one another, as their first and last. */
function spansOf(days: readonly string[]): Usage["covered"] {
  const spans: [string, string][] = [];
  for (const one of [...new Set(days)].sort()) {
    const last = spans.at(-1);
    if (last && addDays(last[1], 1) === one) last[1] = one;
    else spans.push([one, one]);
  }
  return spans;
}

/** Both included. */
export function daysBetween(from: string, to: string): readonly string[] {
  const days: string[] = [];
  for (let one = from; one <= to; one = addDays(one, 1)) days.push(one);
  return days;
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
