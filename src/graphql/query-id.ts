import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

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
}

/**
 * One id for all of them, opaque to callers. It holds nothing but ids, which count for who asked alone, and is signed:
 * nobody puts one together that asks for more than was asked before.
 */
export function encodeQueryId({ main, totals, count, hasPreviousPage, isCapped, ignoresHaving }: QueryParts): string {
  const parts = [main, totals, count, hasPreviousPage, isCapped, ignoresHaving];
  const written = Buffer.from(JSON.stringify(parts)).toString("base64url");
  return `${written}.${signatureOf(written).toString("base64url")}`;
}

/** An id that is none of ours stands for a single question: typed fields give the engine's own. */
export function decodeQueryId(id: string): QueryParts {
  const [main, totals, count, hasPreviousPage, isCapped, ignoresHaving] = listIn(id);
  const isOurs =
    typeof main === "string" &&
    isTexts(totals) &&
    (count === null || typeof count === "string") &&
    typeof hasPreviousPage === "boolean" &&
    typeof isCapped === "boolean" &&
    typeof ignoresHaving === "boolean";
  return isOurs
    ? { main, totals, count, hasPreviousPage, isCapped, ignoresHaving }
    : { main: id, totals: [], count: null, hasPreviousPage: false, isCapped: false, ignoresHaving: false };
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
