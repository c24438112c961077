import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isObject } from "../std/index.ts";
import type { PeriodsAsked } from "./periods.ts";

/** One answer of `query` may come of several questions, each with an id of its own in the engine. */
export interface QueryParts {
  readonly main: string;
  readonly totals: readonly string[];
  /** Of the number of groups; null: it was not asked for. */
  readonly count: string | null;
  /** Whether a page lies before. */
  readonly hasPreviousPage: boolean;
  /** Whether fewer rows than asked for can be given. */
  readonly isCapped: boolean;
  /** Whether totals are shown beside rows that `having` has chosen. */
  readonly ignoresHaving: boolean;
  readonly periods: PeriodsAsked | null;
}

/**
 * One id for all of them, opaque to callers. It holds ids, which count for who asked alone, and what the caller has asked
 * of periods; and it is signed: nobody puts one together that asks for more than was asked before.
 */
export function encodeQueryId(of: QueryParts): string {
  const parts = [of.main, of.totals, of.count, of.hasPreviousPage, of.isCapped, of.ignoresHaving, of.periods];
  const written = Buffer.from(JSON.stringify(parts)).toString("base64url");
  return `${written}.${signatureOf(written).toString("base64url")}`;
}

/** An id that is none of ours stands for a single question. */
export function decodeQueryId(id: string): QueryParts {
  const [main, totals, count, hasPreviousPage, isCapped, ignoresHaving, periods] = listIn(id);
  const isOurs =
    typeof main === "string" &&
    isTexts(totals) &&
    (count === null || typeof count === "string") &&
    typeof hasPreviousPage === "boolean" &&
    typeof isCapped === "boolean" &&
    typeof ignoresHaving === "boolean" &&
    (periods === null || isPeriodsAsked(periods));
  return isOurs ? { main, totals, count, hasPreviousPage, isCapped, ignoresHaving, periods } : { main: id, ...ALONE };
}

const ALONE = {
  totals: [],
  count: null,
  hasPreviousPage: false,
  isCapped: false,
  ignoresHaving: false,
  periods: null,
} as const;

/** The signature has shown that we wrote it. */
function isPeriodsAsked(value: unknown): value is PeriodsAsked {
  return isObject(value) && Array.isArray(value["groups"]);
}

function listIn(id: string): readonly unknown[] {
  const [written = "", signature = ""] = id.split(".", 2);
  const [given, own] = [Buffer.from(signature, "base64url"), signatureOf(written)];
  if (given.length !== own.length || !timingSafeEqual(given, own)) return [];
  const value: unknown = JSON.parse(Buffer.from(written, "base64url").toString());
  return Array.isArray(value) ? value : [];
}

/** Questions end with the process that answers them, and so do their ids. */
const KEY = randomBytes(32);

function signatureOf(written: string): Buffer {
  return createHmac("sha256", KEY).update(written).digest();
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
