/** One decision about a question. Holds names, counts and hashes: no token, no value of a result, no literal of a condition. */
export interface QuestionRecord {
  readonly queryId: string;
  /** What all questions of one request have in common, and its log lines, trace and statements; null: no request asked. */
  readonly requestId: string | null;
  readonly principal: PrincipalRecord;
  /** Equal for equal rights to this question; null where it was refused before they were decided. */
  readonly policyDigest: string | null;
  /** `model:role` of the roles that served. */
  readonly appliedPolicies: readonly string[];
  readonly catalogVersion: string;
  readonly consumer: string;
  /** SHA-256 of the GraphQL document without the literals in it; null for other doors. */
  readonly document: string | null;
  /** As asked for; `version` and `fingerprint` are null for what does not exist, or not for this principal. */
  readonly metrics: readonly MetricRecord[];
  readonly dimensions: readonly string[];
  readonly filters: readonly FilterRecord[];
  readonly savedQuery: string | null;
  readonly decision: "allow" | "deny";
  /** `streaming`: the first rows leave; another line of the same `queryId` says how it ended and how many there were. */
  readonly outcome: "answered" | "streaming" | "refused" | "failed";
  /** Of a refusal, or the kind of failure. */
  readonly code: string | null;
  readonly source: string | null;
  readonly rows: number;
  readonly bytes: number | null;
  readonly bytesBilled: number | null;
  /** What the answer was come by without asking the warehouse: kept before, kept too long, or on its way to another. */
  readonly cache: "none" | "hit" | "stale" | "coalesced";
  readonly ms: number;
  /** Of the text with placeholders. */
  readonly sqlHash: string | null;
}

export type PrincipalRecord =
  | { readonly kind: "operator" }
  | {
      readonly kind: "user";
      readonly issuer: string;
      readonly subject: string;
      readonly roles: readonly string[];
    };

export interface MetricRecord {
  readonly name: string;
  readonly version: number | null;
  /** 16 hex digits of the definition and of those it is computed from. */
  readonly fingerprint: string | null;
}

export interface FilterRecord {
  readonly field: string;
  readonly operator: string;
  /** How many values it was compared with. */
  readonly values: number;
}

/** A credential that was refused before anything was asked. */
export interface AuthenticationRecord {
  readonly door: string;
  readonly decision: "deny";
  readonly code: "UNAUTHENTICATED";
  readonly reason: string;
}

/** The log could not be written for a while, or a process ended without closing it. */
export interface GapRecord {
  readonly reason: "not-closed" | "unwritten";
  /** The last time that is known to be whole. */
  readonly since: string | null;
  /** Decisions that are in no line; null: not known. */
  readonly lost: number | null;
  /** Such as `ENOSPC`. */
  readonly error: string | null;
  /** What stood after the last whole line, kept beside the log. */
  readonly torn: readonly TornRecord[];
}

export interface TornRecord {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A whole file that was removed for its age. */
export interface RemovedRecord {
  readonly file: string;
  readonly keepDays: number;
  readonly lastSeq: number;
  readonly lastHash: string;
  readonly lastTime: string;
}

/** Which process writes from here on. */
export interface StartRecord {
  readonly host: string;
  readonly pid: number;
  readonly onFailure: "closed" | "open";
}

/** What doors and the engine write. */
export type Decision =
  | { readonly kind: "question"; readonly record: QuestionRecord }
  | { readonly kind: "authentication"; readonly record: AuthenticationRecord };

/** Everything that a line can hold. */
export type Entry =
  | Decision
  | { readonly kind: "start"; readonly record: StartRecord }
  | { readonly kind: "gap"; readonly record: GapRecord }
  | { readonly kind: "removed"; readonly record: RemovedRecord }
  | { readonly kind: "end"; readonly record: Readonly<Record<string, never>> };

/** @param reason In our words: nothing that the caller wrote. */
export function refusedCredential(reason: string): Decision {
  return {
    kind: "authentication",
    record: { door: "graphql", decision: "deny", code: "UNAUTHENTICATED", reason: bounded(reason) },
  };
}

/** Text that came from outside, cut to what a line has room for. Characters that cannot be seen are escaped by `writeLine`. */
export function bounded(text: string, most = 200): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}

/** The first of a list that came from outside; how many it had is said where some are left out. */
export function boundedList<T, U>(items: readonly T[], write: (item: T) => U, rest: (left: string) => U): readonly U[] {
  const shown = items.slice(0, MOST_ITEMS).map(write);
  return items.length <= MOST_ITEMS ? shown : [...shown, rest(`… ${items.length - MOST_ITEMS} more`)];
}

const MOST_ITEMS = 100;
