import { Refusal } from "../diagnostics/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { Quota, QuotaSettings } from "../settings/index.ts";
import { type Bucket, createBucket } from "../std/index.ts";
import type { StatementRun } from "../warehouse/index.ts";

/** What each principal has used lately, in this process. */
export interface Quotas {
  /** Counts one request of a door. @returns why it may not go on, and when it may; null: it may */
  refuseRequest(principal: Principal): { readonly refusal: Refusal; readonly retryAfterSeconds: number } | null;
  /**
   * One question begins. What it costs is known when it has ended, so the one that passes a quota is answered and the next
   * is refused.
   *
   * @throws Refusal QUOTA_EXCEEDED
   */
  begin(principal: Principal): Turn;
  /**
   * Answers that the warehouse is not asked for: only their rows count.
   *
   * @param rows Of each.
   * @throws Refusal QUOTA_EXCEEDED where one of them would be refused after those before it; none of them counts then
   */
  reused(principal: Principal, rows: readonly number[]): void;
}

/** One question under way. */
export interface Turn {
  /** The statement has run. */
  ran(run: Pick<StatementRun, "bytesProcessed" | "bytesBilled">): void;
  answered(rows: number): void;
  /** Well or badly: its time counts in any case. */
  ended(): void;
}

/** Of an engine without quotas. */
export const UNBOUNDED: Turn = { ran() {}, answered() {}, ended() {} };

/** @param clock Milliseconds that only grow. */
export function createQuotas(settings: QuotaSettings, clock: () => number = () => performance.now()): Quotas {
  const accounts = new Map<string, Account>();

  function accountOf(principal: Principal): Account {
    const owner = ownerOf(principal);
    const account = accounts.get(owner) ?? openAccount(quotaOf(settings, principal));
    // The one that was used last stands last.
    accounts.delete(owner);
    if (accounts.size >= MAX_ACCOUNTS) forgetOldest(accounts);
    accounts.set(owner, account);
    return account;
  }

  return {
    refuseRequest(principal) {
      const { requests } = accountOf(principal);
      if (!requests) return null;
      const waitMs = requests.bucket.waitMs(1, clock());
      if (waitMs > 0) return { refusal: usedUp(requests, waitMs), retryAfterSeconds: secondsOf(waitMs) };
      requests.bucket.add(1, clock());
      return null;
    },
    reused(principal, counts) {
      const { rows } = accountOf(principal);
      if (!rows) return;
      const all = counts.reduce((sum, count) => sum + count, 0);
      const before = all - (counts.at(-1) ?? 0);
      const waitMs = rows.bucket.waitMs(before + 1, clock());
      if (waitMs > 0) throw usedUp(rows, waitMs);
      rows.bucket.add(all, clock());
    },
    begin(principal) {
      const account = accountOf(principal);
      const { concurrent, rows, bytes, time } = account;
      if (concurrent !== null && account.running >= concurrent) throw tooManyAtOnce(concurrent);
      const started = clock();
      for (const allowance of [rows, bytes, time]) {
        const waitMs = allowance?.bucket.waitMs(1, started) ?? 0;
        if (allowance && waitMs > 0) throw usedUp(allowance, waitMs);
      }
      account.running++;
      return {
        ran: ({ bytesProcessed, bytesBilled }) => bytes?.bucket.add(bytesProcessed ?? bytesBilled ?? 0, clock()),
        answered: (count) => rows?.bucket.add(count, clock()),
        ended() {
          account.running--;
          time?.bucket.add(clock() - started, clock());
        },
      };
    },
  };
}

/** Their roles decide on the quota; whoever gets tokens of other claims is still the same. */
function ownerOf(principal: Principal): string {
  const known = owners.get(principal);
  if (known !== undefined) return known;
  const owner = digestOf(principal.kind === "operator" ? principal : { ...principal, claims: {} });
  owners.set(principal, owner);
  return owner;
}

/** Whoever comes again with the same token is the same object. */
const owners = new WeakMap<Principal, string>();

/** One quota of one principal. */
interface Allowance {
  /** As the setting is called. */
  readonly name: string;
  /** As people read it. */
  readonly limit: string;
  readonly bucket: Bucket;
}

interface Account {
  readonly requests: Allowance | null;
  readonly concurrent: number | null;
  readonly rows: Allowance | null;
  readonly bytes: Allowance | null;
  readonly time: Allowance | null;
  running: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Beyond this many the one that was used longest ago starts anew. */
const MAX_ACCOUNTS = 10_000;

function openAccount(quota: Quota): Account {
  const { requestsPerMinute, concurrentQuestions, rowsPerHour, bytesPerHour, warehouseMsPerHour } = quota;
  return {
    requests: allowance("requests_per_minute", requestsPerMinute, MINUTE_MS, (n) => n.toLocaleString("en")),
    concurrent: concurrentQuestions ?? null,
    rows: allowance("rows_per_hour", rowsPerHour, HOUR_MS, (n) => n.toLocaleString("en")),
    bytes: allowance("bytes_per_hour", bytesPerHour, HOUR_MS, (n) => `${n.toLocaleString("en")} bytes`),
    time: allowance("warehouse_time_per_hour", warehouseMsPerHour, HOUR_MS, (n) => `${n / 1_000} s`),
    running: 0,
  };
}

function allowance(
  name: string,
  limit: number | undefined,
  periodMs: number,
  words: (limit: number) => string,
): Allowance | null {
  return limit === undefined ? null : { name, limit: words(limit), bucket: createBucket(limit, periodMs) };
}

/** Roles only ever grant: the most generous counts, and one that says nothing leaves what everybody has. */
function quotaOf({ everybody, byRole }: QuotaSettings, principal: Principal): Quota {
  if (principal.kind === "operator" || principal.roles.length === 0) return everybody;
  const quotas = principal.roles.map((role): Quota => ({ ...everybody, ...byRole.get(role) }));
  return quotas.reduce((a, b) => ({
    ...most("requestsPerMinute", a, b),
    ...most("concurrentQuestions", a, b),
    ...most("rowsPerHour", a, b),
    ...most("bytesPerHour", a, b),
    ...most("warehouseMsPerHour", a, b),
  }));
}

/** No bound is the most. */
function most(key: keyof Quota, { [key]: a }: Quota, { [key]: b }: Quota): Quota {
  return a === undefined || b === undefined ? {} : { [key]: Math.max(a, b) };
}

/** Those with a question under way stay: there are only as many as there are questions. */
function forgetOldest(accounts: Map<string, Account>): void {
  for (const [owner, { running }] of accounts) {
    if (running > 0) continue;
    accounts.delete(owner);
    return;
  }
}

function usedUp({ name, limit }: Allowance, waitMs: number): Refusal {
  return new Refusal(
    "QUOTA_EXCEEDED",
    `Your quota ${name} of ${limit} is used up; it frees again in ${inWords(secondsOf(waitMs))}.`,
  );
}

function tooManyAtOnce(limit: number): Refusal {
  const message = `Your quota concurrent_questions of ${limit} is in use; it frees again when one of them has ended.`;
  return new Refusal("QUOTA_EXCEEDED", message);
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

function inWords(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
