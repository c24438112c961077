import type { Catalog } from "../catalog/index.ts";
import { Refusal, type RefusalCode } from "../diagnostics/index.ts";
import type { Answer, AnswerStream, MetricUse, Pending } from "../engine/index.ts";
import { compareText, isObject } from "../std/index.ts";
import type { RefusedQuestion } from "./errors.ts";

/** What the answers and refusals of one request rest on, for clients that select none of it. */
export interface Report {
  /** What came of one question. */
  told(outcome: Answer | AnswerStream | Pending | Error): void;
  refused(refusal: RefusedQuestion): void;
  /** The `extensions` of the response so far; null: nothing was asked of any metric. */
  extensions(): object | null;
  /**
   * Seconds until it may be worth asking again, where none was answered and of one the warehouse had no room for it, or the
   * audit log for its line; else null.
   */
  retryAfterSeconds(): number | null;
}

/** For one request of one caller, with the catalog as they see it. */
export function createReport(catalog: Catalog): Report {
  /** By metric: what it was, and how current the oldest answer with it is. */
  const used = new Map<string, MetricUse & { readonly asOf: string }>();
  const refusals = new Map<string, RefusedQuestion>();
  let isServed = false;
  let retryAfterMs: number | null = null;
  return {
    told(outcome) {
      if (outcome instanceof Error) {
        const waitMs = outcome instanceof Refusal ? RETRY_AFTER_MS.get(outcome.code) : undefined;
        if (!(outcome instanceof Refusal) || waitMs === undefined) return;
        retryAfterMs = Math.max(retryAfterMs ?? 0, outcome.retryAfterMs ?? waitMs);
        return;
      }
      isServed = true;
      if (!("provenance" in outcome)) return;
      const { uses, dataAsOf } = outcome.provenance;
      for (const use of uses) {
        const before = used.get(use.name)?.asOf;
        const isOlder = before === undefined || compareText(dataAsOf, before) < 0;
        if (isOlder) used.set(use.name, { ...use, asOf: dataAsOf });
      }
    },
    refused(refusal) {
      refusals.set(JSON.stringify(refusal), refusal);
    },
    extensions() {
      if (used.size === 0 && refusals.size === 0) return null;
      const metrics = [...used.values()]
        .sort((a, b) => compareText(a.name, b.name))
        .map(({ name, version, certification, fingerprint, asOf }) => ({
          name,
          version,
          certification: certification.toUpperCase(),
          // Where something governs it, the one that signatures are bound to.
          fingerprint: catalog.certifications.get(name)?.fingerprint ?? fingerprint,
          expiresAt: catalog.certifications.get(name)?.expiresAt ?? null,
          freshness: { asOf },
          sunset: catalog.metrics.get(name)?.sunset ?? null,
        }));
      return { metrics, refusals: [...refusals.values()] };
    },
    retryAfterSeconds: () => (isServed || retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1_000)),
  };
}

/** Of what passes by itself, or when an operator has looked after it: unless the refusal knows better. */
const RETRY_AFTER_MS: ReadonlyMap<RefusalCode, number> = new Map([
  ["OVERLOADED", 1_000],
  ["AUDIT_UNAVAILABLE", 10_000],
]);

/** Whether a request's `extensions` ask that every metric be certified: `{"metrics": {"require": "CERTIFIED"}}`. */
export function requiresCertified(extensions: unknown): boolean {
  if (!isObject(extensions)) return false;
  const { metrics } = extensions;
  return isObject(metrics) && metrics["require"] === "CERTIFIED";
}
