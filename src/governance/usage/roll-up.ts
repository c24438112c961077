import { type AuditLine, auditLines, verifyAuditLog } from "../../audit/index.ts";
import { canonicalJson, isObject } from "../../std/index.ts";
import { addDays } from "../ledger/day.ts";
import { daysBetween, type UsageMonth, type UsageRecord } from "./usage.ts";

export interface RollUp {
  /** Audit logs: the questions of all of them are added up. */
  readonly folders: readonly string[];
  /** Hashes of gaps that somebody has looked into; the days of others are not covered. */
  readonly acceptedGaps: ReadonlySet<string>;
  /** Only these days, `YYYY-MM-DD`, both included; null: open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly today: string;
}

/** By month, `YYYY-MM`. */
export type RolledUp = ReadonlyMap<string, UsageMonth>;

/** A log that was altered tells nothing. */
export class UnsoundLogError extends Error {
  override readonly name = "UnsoundLogError";
}

/** A process that ended early has lost no line that was written; all else has. */
const HARMLESS: ReadonlySet<string> = new Set(["gap", "not-closed"]);

/**
 * Adds up who asked for what: from lines whose chain is sound, without values.
 *
 * @throws UnsoundLogError where a log was altered, or there is none. @throws what the file system says
 */
export async function rollUp({ folders, acceptedGaps, from, to, today }: RollUp): Promise<RolledUp> {
  const isAsked = (day: string): boolean => (from === null || day >= from) && (to === null || day <= to);
  const uses = new Uses();
  const covered: ReadonlySet<string>[] = [];
  for (const folder of folders) {
    const { chains, findings } = await verifyAuditLog({ folder, acceptedGaps });
    const problem = findings.find(({ kind, severity }) => severity === "error" && !HARMLESS.has(kind));
    if (problem)
      throw new UnsoundLogError(`${folder}: ${problem.file}, line ${problem.line ?? "-"}, ${problem.message}.`);
    if (chains.length === 0) throw new UnsoundLogError(`There is no audit log in ${folder}.`);
    const days = new Map(chains.map(({ slot, state }) => [slot, new Coverage(state === "written", acceptedGaps)]));
    for await (const { slot, line } of auditLines(folder)) {
      days.get(slot)?.add(line);
      if (line.kind === "question" && isAsked(dayOf(line))) uses.add(line);
    }
    covered.push(coveredBy([...days.values()], today));
  }
  // Nobody knows what the log that lacks a day would have told.
  const [first, ...others] = covered;
  const whole = [...(first ?? [])].filter((day) => isAsked(day) && others.every((other) => other.has(day)));
  const records = uses.records();
  const months = new Set([...whole, ...records.map(({ lastSeen }) => lastSeen)].map(monthOf));
  return new Map(
    [...months].sort().map((month) => [
      month,
      {
        covered: whole.filter((day) => monthOf(day) === month).sort(),
        records: records.filter(({ lastSeen }) => monthOf(lastSeen) === month),
      },
    ]),
  );
}

/**
 * What a file holds and what a log tells, as one. The log of a month is read again and again while it grows: calls are the
 * larger number of both, not their sum, so that doing it twice changes nothing.
 */
export function mergeMonth(before: UsageMonth | null, now: UsageMonth): UsageMonth {
  if (!before) return { ...now, records: sorted(now.records) };
  const merged = new Map(before.records.map((record) => [keyOf(record), record]));
  for (const record of now.records) {
    const known = merged.get(keyOf(record));
    merged.set(keyOf(record), {
      ...record,
      calls: Math.max(record.calls, known?.calls ?? 0),
      lastSeen: known && known.lastSeen > record.lastSeen ? known.lastSeen : record.lastSeen,
    });
  }
  return {
    covered: [...new Set([...before.covered, ...now.covered])].sort(),
    records: sorted([...merged.values()]),
  };
}

/** A day that one chain covers is covered, unless another has a gap in it. */
function coveredBy(chains: readonly Coverage[], today: string): ReadonlySet<string> {
  const gaps = new Set(chains.flatMap(({ gaps: own }) => [...own]));
  return new Set(chains.flatMap((chain) => chain.days(today)).filter((day) => !gaps.has(day)));
}

/** Which days a chain has a whole record of. */
class Coverage {
  readonly gaps = new Set<string>();
  readonly #days = new Set<string>();
  readonly #isWritten: boolean;
  readonly #acceptedGaps: ReadonlySet<string>;
  #first: string | null = null;
  #last: { readonly day: string; readonly isEnd: boolean } | null = null;

  constructor(isWritten: boolean, acceptedGaps: ReadonlySet<string>) {
    this.#isWritten = isWritten;
    this.#acceptedGaps = acceptedGaps;
  }

  add(line: AuditLine): void {
    const day = dayOf(line);
    // What was before the first line is in no log; a log that was open tells by its silence too.
    this.#first ??= day;
    const since = this.#last && !this.#last.isEnd ? this.#last.day : day;
    for (const one of daysBetween(since, day)) this.#days.add(one);
    if (line.kind === "gap" && !this.#acceptedGaps.has(line.hash)) {
      const { since: from } = line.record;
      const start = typeof from === "string" ? from.slice(0, day.length) : this.#first;
      for (const one of daysBetween(start, day)) this.gaps.add(one);
    }
    this.#last = { day, isEnd: line.kind === "end" };
  }

  /** Whole ones: neither the first, nor the last unless it is still written, nor today. */
  days(today: string): readonly string[] {
    const last = this.#last;
    if (!last) return [];
    const open = this.#isWritten ? daysBetween(last.day, addDays(today, -1)) : [];
    const end = this.#isWritten ? today : last.day;
    return [...new Set([...this.#days, ...open])].filter((day) => day !== this.#first && day < end && day < today);
  }
}

/** Uses by month and by everything that a record holds. */
class Uses {
  readonly #known = new Map<string, UsageRecord>();
  /** First rows have left; another line tells how it ended, unless the process ended before. */
  readonly #streaming = new Map<string, readonly UsageRecord[]>();

  add(line: AuditLine): void {
    const { decision, outcome, queryId } = line.record;
    if (decision !== "allow" || typeof queryId !== "string") return;
    const uses = usesIn(line);
    if (outcome === "streaming") this.#streaming.set(queryId, uses);
    else {
      this.#streaming.delete(queryId);
      if (outcome !== "refused") uses.forEach((use) => this.#count(use));
    }
  }

  records(): readonly UsageRecord[] {
    for (const uses of this.#streaming.values()) uses.forEach((use) => this.#count(use));
    this.#streaming.clear();
    return sorted([...this.#known.values()]);
  }

  #count(use: UsageRecord): void {
    const key = `${monthOf(use.lastSeen)} ${keyOf(use)}`;
    const known = this.#known.get(key);
    const lastSeen = known && known.lastSeen > use.lastSeen ? known.lastSeen : use.lastSeen;
    this.#known.set(key, { ...use, calls: (known?.calls ?? 0) + 1, lastSeen });
  }
}

/** One for each metric that was asked for and exists. */
function usesIn(line: AuditLine): readonly UsageRecord[] {
  const { metrics, dimensions, filters, consumer, document } = line.record;
  const coordinates = [
    ...new Set([
      ...listIn(dimensions),
      ...listIn(filters).map((filter) => (isObject(filter) ? filter["field"] : null)),
    ]),
  ];
  const named = coordinates.filter((name): name is string => typeof name === "string" && /^[^…]+$/.test(name)).sort();
  return listIn(metrics).flatMap((metric): readonly UsageRecord[] => {
    if (!isObject(metric)) return [];
    const { name, version } = metric;
    if (typeof name !== "string" || typeof version !== "number") return [];
    return [
      {
        client: typeof consumer === "string" && consumer !== "" ? consumer : "unknown",
        metric: name,
        version,
        coordinates: named,
        operation: typeof document === "string" ? document : null,
        calls: 0,
        lastSeen: dayOf(line),
      },
    ];
  });
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyOf({ client, metric, version, coordinates, operation }: UsageRecord): string {
  return canonicalJson([client, metric, String(version), coordinates, operation]);
}

function sorted(records: readonly UsageRecord[]): readonly UsageRecord[] {
  return records
    .map((record) => [keyOf(record), record] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, record]) => record);
}

function dayOf({ time }: AuditLine): string {
  return time.slice(0, "2026-11-21".length);
}

function monthOf(day: string): string {
  return day.slice(0, "2026-11".length);
}
